import FoveaHTTP
import FoveaImage
import FoveaServing
import FoveaStore
import FoveaTensor
import Glibc
public import Logging

/// The server as a whole: opens the stores, loads the models, answers, and stops without losing anything.
public final class Daemon: Sendable {
    static let version = "0.1.0"
    /// Unix seconds.
    static let startTime = Double(time(nil))

    private let context: ServerContext
    private let server: HTTPServer
    private let pool: ComputePool
    private let embeddingFiles: EmbeddingFiles?

    /// Opens the stores and reads the model repository; loads no weights yet.
    ///
    /// - Throws: what is wrong with a folder, in one line.
    public init(configuration: Configuration, logger: Logger) throws {
        _ = Self.startTime
        try allowDescriptors()
        let data = configuration.data
        try makeDirectory(data)
        pool = ComputePool(threads: configuration.threads, isPinned: true)
        embeddingFiles =
            configuration.embeddingDiskBytes == 0
            ? nil
            : try EmbeddingFiles(
                directory: data + "/embeddings", budget: configuration.embeddingDiskBytes, logger: logger)
        let registry = try ModelRegistry(
            repository: ModelRepository(directory: configuration.models), settings: configuration.registry,
            scheduler: Scheduler(pool: pool),
            embeddings: EmbeddingCache(budget: configuration.embeddingMemoryBytes, files: embeddingFiles),
            logger: logger)
        let history = HistoryRecorder(
            store: try MetricsHistory(
                path: data + "/metrics.sqlite", settings: configuration.metricsHistory, logger: logger),
            queueDepth: { name in registry.queues.first { $0.model == name }?.pending ?? 0 })
        let images = ImageLibrary(
            store: try ImageStore(
                path: data + "/images.sqlite", settings: configuration.imageStore, logger: logger),
            limits: configuration.imageLimits)
        context = ServerContext(
            configuration: configuration, access: try AccessControl(configuration, logger: logger), registry: registry,
            requestLog: try RequestLog(
                path: data + "/requests.sqlite", settings: configuration.requestLog, logger: logger),
            history: history,
            images: images, prewarm: PrewarmJobs(registry: registry, images: images),
            metrics: Metrics(), logger: logger, server: ServerState())
        server = HTTPServer(
            configuration: configuration.http, application: FoveaApplication(context: context), logger: logger)
        context.server.attach(server)
    }

    /// Binds the address, then loads the models in the background: `/readyz` says when they serve.
    ///
    /// - Returns: the address served on, such as `127.0.0.1:8080`.
    public func start() throws -> String {
        let port = try server.start()
        context.access.start()
        context.history.start()
        warnIfOpen()
        context.registry.start()
        let host = context.configuration.http.host
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    private func warnIfOpen() {
        guard context.access.isOpen, !context.configuration.http.isLoopback else { return }
        context.logger.warning(
            "anybody who reaches this address may use and manage the daemon: set api-key-file and admin-key-file",
            metadata: ["host": "\(context.configuration.host)"])
    }

    /// Finishes what is in flight within the drain limit, writes the logs out, and stops.
    ///
    /// - Returns: how many requests were cut off.
    public func stop() async -> Int {
        context.logger.info("stopping", metadata: ["in_flight": "\(context.metrics.snapshot.inFlight)"])
        context.prewarm.stop()
        let unfinished = await server.drain()
        server.shutdown()
        await context.registry.stop()
        context.access.stop()
        context.history.stop()
        context.requestLog.close()
        context.images.store.close()
        embeddingFiles?.close()
        pool.shutdown()
        context.logger.info("stopped", metadata: ["unfinished": "\(unfinished)"])
        return unfinished
    }
}

/// Raises the limit of open files to what the system allows, up to what every connection and store could need.
private func allowDescriptors() throws(ConfigurationError) {
    let (needed, wanted): (rlim_t, rlim_t) = (128, 65_536)
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    if limit.rlim_cur < wanted {
        limit.rlim_cur = min(limit.rlim_max, wanted)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
    guard limit.rlim_cur >= needed else {
        throw .tooFewDescriptors(limit: Int(clamping: limit.rlim_cur), needed: Int(needed))
    }
}

/// Makes the folder `path` and those above it.
private func makeDirectory(_ path: String) throws(ConfigurationError) {
    var prefix = ""
    for part in path.split(separator: "/", omittingEmptySubsequences: false) {
        prefix += part
        if !prefix.isEmpty, mkdir(prefix, 0o755) != 0, errno != EEXIST { break }
        prefix += "/"
    }
    guard access(path, W_OK | X_OK) == 0 else {
        throw .unusableFolder(path: path, reason: String(cString: strerror(errno)))
    }
}
