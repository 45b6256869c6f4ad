import FoveaTensor

/// Every setting of the daemon with its default. A flag wins over the environment, that over the file, that over this.
public struct Configuration: Sendable {
    /// Whose names of metrics are exposed besides the program's own.
    public enum MetricsCompat: String, CaseIterable, Sendable { case none, triton }
    public enum LogFormat: String, CaseIterable, Sendable { case text, json }
    public enum LogLevel: String, CaseIterable, Sendable { case debug, info, warning, error }

    public var host = "127.0.0.1"
    public var port = 8080
    public var models = "models"
    public var data = "data"
    public var threads = ComputePool.allowedThreads
    public var defaultClassifier = ""
    public var apiKeyFile = ""
    public var adminKeyFile = ""
    public var logFormat = LogFormat.text
    public var logLevel = LogLevel.info

    public var maxBodyBytes = 16 << 20
    public var maxBufferedBodyBytes = 256 << 20
    public var maxHeaderBytes = 64 << 10
    public var maxHeaderFields = 100
    public var maxConnections = 1024
    public var maxConnectionsPerAddress = 128
    public var maxRequestsPerConnection = 1000
    public var headTimeout = 10.0
    public var bodyTimeout = 300.0
    public var sendTimeout = 30.0
    public var idleTimeout = 75.0
    public var drainTimeout = 30.0

    public var modelMemoryBytes = 0
    public var embeddingMemoryBytes = 512 << 20
    public var embeddingDiskBytes = 4 << 30
    public var watchInterval = 2.0
    public var selfTestInterval = 600.0

    public var queueCapacity = 100
    public var queueTime = 10.0
    public var inferenceTimeout = 30.0
    public var maxBatch = 16
    public var maxSearches = 4
    public var maxImagePixels = 50_000_000
    public var maxImageSide = 16384
    public var decodeTimeout = 2.0
    public var decodeMemoryBytes = 256 << 20

    public var requestLogBytes = 1 << 30
    public var requestLogRows = 10_000_000
    public var requestLogDays = 30
    public var statsDays = 400
    public var metricsCompat = MetricsCompat.none
    public var imageStoreBytes = 1 << 30

    public init() {}

    /// Every setting, in the order `--help` shows them.
    public static let settings: [Setting] = [
        .text("host", \.host, "Address to listen on: 127.0.0.1, ::1, or 0.0.0.0 for every IPv4 interface."),
        .integer("port", \.port, 0...65535, "Port to listen on; 0 picks a free one."),
        .text("models", \.models, "Folder of the models."),
        .text(
            "data", \.data,
            "Folder of the request log, the metrics' history, uploaded images and what segmenters made of them."),
        .integer("threads", \.threads, 1...1024, "Threads that compute."),
        .text(
            "default-classifier", \.defaultClassifier,
            "Model that answers /classify when none is named; else efficientnet-lite0, else the first by name."),
        .text(
            "api-key-file", \.apiKeyFile,
            "File of the keys that clients must send, one a line, read again when it changes; else none is needed."),
        .text(
            "admin-key-file", \.adminKeyFile,
            "File of the keys that loading and unloading models needs, in the same form; else as for any route."),
        .choice("log-format", \.logFormat, "Form of the log on standard error."),
        .choice("log-level", \.logLevel, "Least severe events that are logged."),
        .integer("max-body-bytes", \.maxBodyBytes, 1...(1 << 30), "Largest request body."),
        .integer(
            "max-buffered-body-bytes", \.maxBufferedBodyBytes, 1...(1 << 40),
            "Memory for the bodies of all requests together."),
        .integer("max-header-bytes", \.maxHeaderBytes, 1024...(1 << 20), "Largest header section of a request."),
        .integer("max-header-fields", \.maxHeaderFields, 1...10_000, "Most header fields of a request."),
        .integer("max-connections", \.maxConnections, 1...65_000, "Most connections at once."),
        .integer(
            "max-connections-per-address", \.maxConnectionsPerAddress, 1...65_000,
            "Most connections at once from one address."),
        .integer(
            "max-requests-per-connection", \.maxRequestsPerConnection, 1...1_000_000_000,
            "Requests after which a connection is closed."),
        .seconds(
            "head-timeout", \.headTimeout, 0.1...3600, "Time for a request's head to arrive, from its first byte."),
        .seconds("body-timeout", \.bodyTimeout, 0.1...3600, "Time for the largest body to arrive."),
        .seconds("send-timeout", \.sendTimeout, 0.1...3600, "Time a client may take nothing of its answer."),
        .seconds("idle-timeout", \.idleTimeout, 0.1...3600, "Time a connection may stay open without a request."),
        .seconds("drain-timeout", \.drainTimeout, 0...3600, "Time that requests in flight have after SIGTERM."),
        .integer(
            "model-memory-bytes", \.modelMemoryBytes, 0...(1 << 50),
            "Memory for the weights of all models together; what doesn't fit is loaded when asked for; 0 for no limit."),
        .integer(
            "embedding-memory-bytes", \.embeddingMemoryBytes, 0...(1 << 50),
            "Memory for what segmenters make of photographs: up to 2 MiB each, and 12 more while a photograph is asked about."
        ),
        .integer(
            "embedding-disk-bytes", \.embeddingDiskBytes, 0...(1 << 50),
            "Room on disk for what segmenters make of photographs, so that it outlives the daemon; 0 for none."),
        .seconds(
            "watch-interval", \.watchInterval, 0...86_400,
            "How often the folder of the models is looked at for changes; 0 for never."),
        .seconds(
            "self-test-interval", \.selfTestInterval, 0...(31_536_000),
            "How often models answer the self-tests of their cards again; 0 for never."),
        .integer("queue-capacity", \.queueCapacity, 1...100_000, "Most requests that wait for one model."),
        .seconds(
            "queue-time", \.queueTime, 0.01...3600, "Longest time that a request may be expected to wait for one model."
        ),
        .seconds("inference-timeout", \.inferenceTimeout, 0.01...3600, "Time for an answer, waiting included."),
        .integer("max-batch", \.maxBatch, 1...1024, "Most images in one request."),
        .integer(
            "max-searches", \.maxSearches, 1...1024, "Most searches for everything on a photograph at once."),
        .integer("max-image-pixels", \.maxImagePixels, 1...1_000_000_000, "Most pixels of an image."),
        .integer("max-image-side", \.maxImageSide, 1...65_500, "Longest side of an image, in pixels."),
        .seconds("decode-timeout", \.decodeTimeout, 0.01...60, "Time for decoding one image."),
        .integer("decode-memory-bytes", \.decodeMemoryBytes, 1 << 20...(1 << 34), "Memory for decoding one image."),
        .integer("request-log-bytes", \.requestLogBytes, 1 << 20...(1 << 40), "Size at which the oldest log rows go."),
        .integer("request-log-rows", \.requestLogRows, 1...1_000_000_000, "Most rows of the request log."),
        .integer("request-log-days", \.requestLogDays, 1...36_500, "Age at which log rows go."),
        .integer("stats-days", \.statsDays, 1...36_500, "Age at which rows of the metrics' history go."),
        .choice(
            "metrics-compat", \.metricsCompat,
            "Other servers' names that GET /metrics shows a model's counters by, too."),
        .integer("image-store-bytes", \.imageStoreBytes, 1 << 20...(1 << 40), "Room for uploaded images."),
    ]
}
