import ArgumentParser
import FoveaServer

/// One flag for each setting of the daemon; nil where it was not given.
///
/// Values are text here: `Configuration` parses flags, variables and lines of a file in one place.
struct SettingOptions: ParsableArguments {
    @Option(help: help("host")) var host: String?
    @Option(help: help("port")) var port: String?
    @Option(help: help("models"), completion: .directory) var models: String?
    @Option(help: help("data"), completion: .directory) var data: String?
    @Option(help: help("threads")) var threads: String?
    @Option(help: help("default-classifier")) var defaultClassifier: String?
    @Option(help: help("api-key-file"), completion: .file()) var apiKeyFile: String?
    @Option(help: help("admin-key-file"), completion: .file()) var adminKeyFile: String?
    @Option(help: help("log-format")) var logFormat: String?
    @Option(help: help("log-level")) var logLevel: String?
    @Option(help: help("max-body-bytes")) var maxBodyBytes: String?
    @Option(help: help("max-buffered-body-bytes")) var maxBufferedBodyBytes: String?
    @Option(help: help("max-header-bytes")) var maxHeaderBytes: String?
    @Option(help: help("max-header-fields")) var maxHeaderFields: String?
    @Option(help: help("max-connections")) var maxConnections: String?
    @Option(help: help("max-connections-per-address")) var maxConnectionsPerAddress: String?
    @Option(help: help("max-requests-per-connection")) var maxRequestsPerConnection: String?
    @Option(help: help("head-timeout")) var headTimeout: String?
    @Option(help: help("body-timeout")) var bodyTimeout: String?
    @Option(help: help("send-timeout")) var sendTimeout: String?
    @Option(help: help("idle-timeout")) var idleTimeout: String?
    @Option(help: help("drain-timeout")) var drainTimeout: String?
    @Option(help: help("model-memory-bytes")) var modelMemoryBytes: String?
    @Option(help: help("embedding-memory-bytes")) var embeddingMemoryBytes: String?
    @Option(help: help("embedding-disk-bytes")) var embeddingDiskBytes: String?
    @Option(help: help("watch-interval")) var watchInterval: String?
    @Option(help: help("self-test-interval")) var selfTestInterval: String?
    @Option(help: help("queue-capacity")) var queueCapacity: String?
    @Option(help: help("queue-time")) var queueTime: String?
    @Option(help: help("inference-timeout")) var inferenceTimeout: String?
    @Option(help: help("max-batch")) var maxBatch: String?
    @Option(help: help("max-image-pixels")) var maxImagePixels: String?
    @Option(help: help("max-image-side")) var maxImageSide: String?
    @Option(help: help("decode-timeout")) var decodeTimeout: String?
    @Option(help: help("decode-memory-bytes")) var decodeMemoryBytes: String?
    @Option(help: help("request-log-bytes")) var requestLogBytes: String?
    @Option(help: help("request-log-rows")) var requestLogRows: String?
    @Option(help: help("request-log-days")) var requestLogDays: String?
    @Option(help: help("stats-days")) var statsDays: String?
    @Option(help: help("metrics-compat")) var metricsCompat: String?
    @Option(help: help("image-store-bytes")) var imageStoreBytes: String?

    /// The settings given, by name.
    var given: [String: String] {
        let all: [(String, String?)] = [
            ("host", host),
            ("port", port),
            ("models", models),
            ("data", data),
            ("threads", threads),
            ("default-classifier", defaultClassifier),
            ("api-key-file", apiKeyFile),
            ("admin-key-file", adminKeyFile),
            ("log-format", logFormat),
            ("log-level", logLevel),
            ("max-body-bytes", maxBodyBytes),
            ("max-buffered-body-bytes", maxBufferedBodyBytes),
            ("max-header-bytes", maxHeaderBytes),
            ("max-header-fields", maxHeaderFields),
            ("max-connections", maxConnections),
            ("max-connections-per-address", maxConnectionsPerAddress),
            ("max-requests-per-connection", maxRequestsPerConnection),
            ("head-timeout", headTimeout),
            ("body-timeout", bodyTimeout),
            ("send-timeout", sendTimeout),
            ("idle-timeout", idleTimeout),
            ("drain-timeout", drainTimeout),
            ("model-memory-bytes", modelMemoryBytes),
            ("embedding-memory-bytes", embeddingMemoryBytes),
            ("embedding-disk-bytes", embeddingDiskBytes),
            ("watch-interval", watchInterval),
            ("self-test-interval", selfTestInterval),
            ("queue-capacity", queueCapacity),
            ("queue-time", queueTime),
            ("inference-timeout", inferenceTimeout),
            ("max-batch", maxBatch),
            ("max-image-pixels", maxImagePixels),
            ("max-image-side", maxImageSide),
            ("decode-timeout", decodeTimeout),
            ("decode-memory-bytes", decodeMemoryBytes),
            ("request-log-bytes", requestLogBytes),
            ("request-log-rows", requestLogRows),
            ("request-log-days", requestLogDays),
            ("stats-days", statsDays),
            ("metrics-compat", metricsCompat),
            ("image-store-bytes", imageStoreBytes),
        ]
        return Dictionary(uniqueKeysWithValues: all.compactMap { name, value in value.map { (name, $0) } })
    }
}

/// What `--help` says of the setting `name`, with its default.
private func help(_ name: String) -> ArgumentHelp {
    guard let setting = Configuration.settings.first(where: { $0.name == name }) else {
        preconditionFailure("there is no setting \(name)")
    }
    let standard = setting.value(in: Configuration())
    return ArgumentHelp(
        standard.isEmpty ? "\(setting.help)" : "\(setting.help) (default: \(standard))",
        valueName: setting.valueName)
}
