import Dispatch
import FoveaTensor
import HTTPTypes
import Logging
import Testing

@testable import FoveaHTTP
@testable import FoveaServer
@testable import FoveaServing
@testable import FoveaStore

/// The daemon without its sockets: stores and models in a temporary folder, and requests handed over as the HTTP server
/// does it.
final class TestDaemon: Sendable {
    let folder: TemporaryFolder
    let context: ServerContext
    let application: FoveaApplication
    let pool = ComputePool(threads: 1)
    private let embeddingFiles: EmbeddingFiles

    /// - Parameters:
    ///   - models: what is in the repository.
    ///   - folder: of a daemon that was closed, to go on with its stores.
    ///   - isLoaded: whether the models' weights are read before this returns.
    init(
        _ models: [ModelFolder] = [ModelFolder("toy")], folder: TemporaryFolder? = nil, isLoaded: Bool = true,
        configure: (inout Configuration) -> Void = { _ in }
    ) throws {
        let folder = try folder ?? TemporaryFolder()
        for model in models { try model.write(to: folder) }
        var configuration = Configuration()
        configuration.maxBodyBytes = 100_000
        configure(&configuration)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        embeddingFiles = try EmbeddingFiles(
            directory: folder.path + "/embeddings", budget: configuration.embeddingDiskBytes, logger: logger)
        let registry = try ModelRegistry(
            repository: ModelRepository(directory: folder.path + "/models", architectures: Toy.architectures),
            settings: configuration.registry, scheduler: Scheduler(pool: pool),
            embeddings: EmbeddingCache(budget: configuration.embeddingMemoryBytes, files: embeddingFiles),
            logger: logger)
        let images = ImageLibrary(
            store: try ImageStore(
                path: folder.path + "/images.sqlite", settings: configuration.imageStore, logger: logger),
            limits: configuration.imageLimits)
        context = ServerContext(
            configuration: configuration, access: try AccessControl(configuration, logger: logger), registry: registry,
            requestLog: try RequestLog(
                path: folder.path + "/requests.sqlite", settings: configuration.requestLog, logger: logger),
            history: HistoryRecorder(
                store: try MetricsHistory(
                    path: folder.path + "/metrics.sqlite", settings: configuration.metricsHistory, logger: logger),
                queueDepth: { _ in 0 }),
            images: images, prewarm: PrewarmJobs(registry: registry, images: images),
            metrics: Metrics(), logger: logger, server: ServerState())
        application = FoveaApplication(context: context)
        self.folder = folder
        if isLoaded { load() }
    }

    func load() { context.registry.loadAll() }

    /// Closes the stores, as the daemon does when it stops.
    func close() {
        context.history.stop()
        context.requestLog.close()
        context.images.store.close()
        embeddingFiles.close()
    }

    /// Hands a request over as a connection would, and says that its answer was sent.
    ///
    /// - Parameters:
    ///   - target: path and query.
    ///   - outcome: what becomes of the answer; nil for one that is sent whole.
    func send(
        _ method: HTTPRequest.Method, _ target: String, fields: HTTPFields = [:], body: [UInt8] = [],
        outcome: SendOutcome? = nil
    ) async -> Answer {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let head = RequestHead(
            method: method, path: parts[0], query: parts.count > 1 ? parts[1] : nil, fields: fields,
            remoteAddress: "192.0.2.7", contentLength: body.isEmpty ? nil : body.count)
        let (response, isRefusal): (Response, Bool)
        switch application.admit(head) {
        case .refuse(let refusal): (response, isRefusal) = (refusal, true)
        case .accept(let limit) where body.count > limit:
            let failure = ProtocolFailure.bodyTooLarge(limit: limit)
            (response, isRefusal) = (application.respond(to: failure, head: head), false)
        case .accept:
            let request = Request(head: head, body: body, receivedAt: .now)
            (response, isRefusal) = (await application.respond(to: request), false)
        }
        let answer = await Answer(response, isRefusal: isRefusal)
        response.onSent?(outcome ?? .sent(bytes: answer.body.count))
        return answer
    }

    /// Classifies `image`, sent as the body.
    func classify(_ image: [UInt8] = Pictures.png, _ query: String = "", fields: HTTPFields = [:]) async -> Answer {
        await send(.post, "/classify" + query, fields: fields, body: image)
    }

    /// Classifies the images named in `json`.
    func classify(json: String) async -> Answer {
        await send(.post, "/classify", fields: [.contentType: "application/json"], body: Array(json.utf8))
    }

    /// Cuts out of `image`, sent as the body, what the query says.
    func segment(_ image: [UInt8] = Pictures.jpeg, _ query: String = "?point=48,37", fields: HTTPFields = [:]) async
        -> Answer
    {
        await send(.post, "/segment" + query, fields: fields, body: image)
    }

    /// Cuts out what `json` says.
    func segment(json: String) async -> Answer {
        await send(.post, "/segment", fields: [.contentType: "application/json"], body: Array(json.utf8))
    }

    /// Keeps the compute pool's only thread until the returned semaphore is signalled.
    func block() -> DispatchSemaphore {
        let (started, gate) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        pool.submit {
            started.signal()
            gate.wait()
        }
        started.wait()
        return gate
    }

    var pendingJobs: Int { context.registry.queues.reduce(0) { $0 + $1.pending } }

    /// Returns when `count` jobs wait for the compute pool; an issue if they don't within seconds.
    func waitForPendingJobs(_ count: Int, location: SourceLocation = #_sourceLocation) async {
        let deadline = ContinuousClock.now + .seconds(5)
        while pendingJobs < count, ContinuousClock.now < deadline { await Task.yield() }
        #expect(pendingJobs == count, sourceLocation: location)
    }

    var storedBytes: Int { context.images.store.totalBytes }

    /// Why a model does not serve.
    func reason(of model: String) -> String? {
        context.registry.summaries.first { $0.name == model }?.reason
    }

    /// The rows of the request log, oldest first.
    var rows: [RequestRecord] {
        get async throws { try await context.requestLog.requests().reversed() }
    }
}
