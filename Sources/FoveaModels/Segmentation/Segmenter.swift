public import FoveaTensor

/// A network that looks at a photograph once, and then cuts out of it what prompts mean.
public protocol Segmenter: Sendable {
    var geometry: SegmenterGeometry { get }

    /// Which masks are good enough where everything is looked for and nothing is said of that.
    var thresholds: MaskThresholds { get }

    /// The embedding, of the shape `geometry` says, of a normalised image `[1, side, side, 3]`; throws when nobody waits for
    /// it any more.
    func embedding(_ x: Tensor) throws(Cancelled) -> Tensor

    /// What is the same for every prompt on an image, of its embedding.
    func prepared(_ embedding: Tensor) -> any PreparedImage
}

/// An image that prompts can be asked on.
public protocol PreparedImage: Sendable {
    /// The memory that it takes.
    var bytes: Int { get }

    /// The masks of a prompt; throws when nobody waits for them any more.
    ///
    /// - Parameter threshold: masks with no higher predicted overlap are left out, and so is most of the work for them.
    func masks(
        for prompt: Prompt, _ choice: MaskChoice, over threshold: Float?
    ) throws(Cancelled) -> PredictedMasks
}

extension PreparedImage {
    /// All masks of a prompt, however good.
    public func masks(for prompt: Prompt, _ choice: MaskChoice) throws(Cancelled) -> PredictedMasks {
        try masks(for: prompt, choice, over: nil)
    }
}

extension Segmenter {
    /// Those of Segment Anything's `SamAutomaticMaskGenerator`.
    public var thresholds: MaskThresholds { MaskThresholds(predictedIoU: 0.88, stabilityScore: 0.95) }
}

/// What a mask needs to be good enough by itself.
public struct MaskThresholds: Sendable, Equatable {
    public let predictedIoU: Double
    public let stabilityScore: Double

    public init(predictedIoU: Double, stabilityScore: Double) {
        (self.predictedIoU, self.stabilityScore) = (predictedIoU, stabilityScore)
    }
}

/// The sizes of what a segmenter takes and gives.
public struct SegmenterGeometry: Sendable, Equatable {
    /// The side of the square image that the encoder sees, in pixels; prompts' coordinates are in it.
    public let side: Int
    /// The shape of an encoded image, `[1, H, W, C]`.
    public let embedding: Shape
    /// The rows and columns of a mask of logits.
    public let maskSide: Int

    public init(side: Int, embedding: Shape, maskSide: Int) {
        (self.side, self.embedding, self.maskSide) = (side, embedding, maskSide)
    }
}
