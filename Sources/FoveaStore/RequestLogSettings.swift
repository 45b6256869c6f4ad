/// The limits of a request log.
public struct RequestLogSettings: Sendable, Equatable {
    /// Records that wait to be written; more are dropped.
    public var queueCapacity = 10_000
    /// Records written in one transaction.
    public var batchRows = 500
    /// How long the first record of a batch waits for others.
    public var batchInterval = Duration.milliseconds(100)
    /// The database's size without its write-ahead log (at most 64 MiB more); the oldest rows go first.
    public var maxBytes = 1 << 30
    public var maxAge = Duration.seconds(30 * 86400)
    public var maxRows = 10_000_000
    public var synchronous = Synchronous.normal
    /// How long the writer waits for another process's lock; then it drops what it holds.
    public var busyTimeout = Duration.seconds(5)
    /// Stands for a small disk in tests.
    var maxPages: Int?

    public init() {}
}
