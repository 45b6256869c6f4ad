/// Which requests are asked for; they are returned newest first.
public struct RequestFilter: Sendable, Equatable {
    /// The most rows one answer has.
    public static let maxLimit = 1000

    /// Seconds since 1970, both inclusive.
    public var since: Double?
    public var until: Double?
    public var model: String?
    public var status: Int?
    /// Rows wanted; taken as 1 to `maxLimit`.
    public var limit: Int
    /// Only rows older than this one: the last `id` of the answer before continues it.
    public var beforeID: Int64?

    public init(
        since: Double? = nil, until: Double? = nil, model: String? = nil, status: Int? = nil, limit: Int = 100,
        beforeID: Int64? = nil
    ) {
        self.since = since
        self.until = until
        self.model = model
        self.status = status
        self.limit = limit
        self.beforeID = beforeID
    }
}
