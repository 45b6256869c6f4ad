public import FoveaTensor

/// Which of the masks that a network knows for a prompt are wanted.
public enum MaskChoice: Sendable, CaseIterable {
    /// One, for a prompt that leaves no choice: a box, several points, an earlier mask.
    case single
    /// Three, as a single click may mean a part, the whole or what is between. Their order means nothing: choose by overlap.
    case multiple

    /// How many masks that is.
    public var count: Int { masks.count }

    var masks: Range<Int> {
        switch self {
        case .single: 0..<1
        case .multiple: 1..<4
        }
    }
}

/// Masks for one prompt.
public struct PredictedMasks: Sendable {
    /// `[M, maskSide, maskSide]` for the whole input; above 0 is inside.
    public let logits: Tensor
    /// How far each mask overlaps with the right one, by the network's own estimate: intersection over union. A regression,
    /// so that it may be above 1.
    public let overlaps: [Float]
}
