/// What is told of a search while it goes on.
public enum AutomaticMaskEvent: Sendable {
    /// Told first, and after each batch of points.
    case progress(AutomaticMaskProgress)
    /// Masks that are good enough by themselves, as soon as they are found: better ones of the same things may follow.
    case candidates([AutomaticMask])
    /// A mask that stays, best first: told when the search is over.
    ///
    /// A better mask of the same thing may be found at the last of the points, so that none is sure to stay before.
    case mask(AutomaticMask)
}

/// How far a search is.
public struct AutomaticMaskProgress: Sendable, Equatable {
    /// The points that were asked about.
    public let points: Int
    /// All points, of all crops.
    public let pointsInAll: Int
    /// The masks that are good enough by themselves; several may be of one thing.
    public let candidates: Int
}

/// What there is to say of a search when it is over.
public struct AutomaticSegmentation: Sendable {
    public let frame: ImageFrame
    /// Of the photograph's bytes.
    public let sha256: String
    /// Where the embedding of the whole photograph came from.
    public let origin: EmbeddingOrigin
    public let timings: SegmentTimings
    /// The parts of the photograph that were looked at by themselves, itself included.
    public let crops: Int
    public let points: Int
    public let masks: Int
    public let dropped: DroppedMasks
}
