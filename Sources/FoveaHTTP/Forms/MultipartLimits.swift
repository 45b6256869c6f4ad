/// What a form may consist of.
public struct MultipartLimits: Sendable, Equatable {
    public static let `default` = MultipartLimits()

    public var parts = 16
    /// Bytes of the fields before one part's data.
    public var headBytes = 8192
    /// Fields of one part.
    public var headFields = 16
    /// Bytes before the first part and after the last, together.
    public var outsideBytes = 4096

    public init() {}
}
