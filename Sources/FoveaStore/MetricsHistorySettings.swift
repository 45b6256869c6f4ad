/// The limits of the metrics' history.
public struct MetricsHistorySettings: Sendable, Equatable {
    public var maxAge = Duration.seconds(400 * 86400)
    public var synchronous = Synchronous.normal
    /// How long the writer waits for another process's lock; then it drops the minute.
    public var busyTimeout = Duration.seconds(5)
    /// Stands for a small disk in tests.
    var maxPages: Int?

    public init() {}
}
