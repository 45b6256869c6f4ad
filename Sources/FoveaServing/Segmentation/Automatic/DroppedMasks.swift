/// How many masks were dropped, by what dropped them: what to change when something is missing.
public struct DroppedMasks: Sendable, Equatable {
    /// The network itself expected too little overlap.
    public var predictedIoU = 0
    public var stabilityScore = 0
    /// The border of a crop cuts them off.
    public var cropEdge = 0
    /// A better one of the same crop overlaps.
    public var boxNMS = 0
    /// One of a smaller crop overlaps.
    public var cropNMS = 0
    /// They overlap another since small regions were removed.
    public var smallRegions = 0

    public init() {}

    static func + (a: DroppedMasks, b: DroppedMasks) -> DroppedMasks {
        var sum = a
        for path in paths { sum[keyPath: path] += b[keyPath: path] }
        return sum
    }

    private static var paths: [WritableKeyPath<DroppedMasks, Int>] {
        [\.predictedIoU, \.stabilityScore, \.cropEdge, \.boxNMS, \.cropNMS, \.smallRegions]
    }
}
