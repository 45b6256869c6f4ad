/// What one route did with one model in one minute.
public struct MetricsRow: Sendable, Equatable {
    /// The route's pattern.
    public var route: String
    /// Nil for a route without a model.
    public var model: String?
    /// Requests by HTTP status.
    public var statuses: [Int: Int]
    /// How long requests took from first byte to last.
    public var latency: LatencyHistogram
    public var stages: StageSums
    /// The most requests that waited for the model at once.
    public var queueDepth: Int
    /// The most memory the process had resident, in bytes.
    public var memoryBytes: Int

    public init(
        route: String, model: String? = nil, statuses: [Int: Int] = [:],
        latency: LatencyHistogram = LatencyHistogram(), stages: StageSums = StageSums(), queueDepth: Int = 0,
        memoryBytes: Int = 0
    ) {
        self.route = route
        self.model = model
        self.statuses = statuses
        self.latency = latency
        self.stages = stages
        self.queueDepth = queueDepth
        self.memoryBytes = memoryBytes
    }

    /// Adds what another time span saw: counts and sums add up, of depth and memory the larger stays.
    mutating func add(_ other: MetricsRow) {
        statuses.merge(other.statuses) { $0.addingClamped($1) }
        latency.add(other.latency)
        stages.decode += other.stages.decode
        stages.queue += other.stages.queue
        stages.inference += other.stages.inference
        stages.encode += other.stages.encode
        queueDepth = max(queueDepth, other.queueDepth)
        memoryBytes = max(memoryBytes, other.memoryBytes)
    }
}

/// Time spent in the stages of all requests together, in seconds.
public struct StageSums: Sendable, Equatable {
    public var decode: Double
    public var queue: Double
    public var inference: Double
    public var encode: Double

    public init(decode: Double = 0, queue: Double = 0, inference: Double = 0, encode: Double = 0) {
        self.decode = decode
        self.queue = queue
        self.inference = inference
        self.encode = encode
    }
}

/// What one route did with one model in one step of a statistic.
public struct StatsBucket: Sendable, Equatable {
    /// Seconds since 1970 at which the step begins, a multiple of its length.
    public var start: Int64
    /// The step's length in seconds.
    public var seconds: Int64
    /// The sum over the step.
    public var total: MetricsRow

    public var route: String { total.route }
    public var model: String? { total.model }
    /// Requests answered.
    public var requests: Int { total.statuses.values.reduce(0) { $0.addingClamped($1) } }
    /// Requests answered with a status from 400 on.
    public var errors: Int {
        total.statuses.reduce(0) { $1.key >= 400 ? $0.addingClamped($1.value) : $0 }
    }
    /// Latency percentiles in seconds, nil without requests.
    public var p50: Double? { total.latency.quantile(0.5) }
    public var p90: Double? { total.latency.quantile(0.9) }
    public var p99: Double? { total.latency.quantile(0.99) }
}
