public import FoveaImage
public import FoveaTensor

/// What a segmenter says of the prompts on one photograph.
public struct Segmentation: Sendable {
    /// The masks of each prompt, best first.
    public let results: [[Mask]]
    public let frame: ImageFrame
    /// Of the photograph's bytes.
    public let sha256: String
    /// Where the image's embedding came from.
    public let origin: EmbeddingOrigin
    public let timings: SegmentTimings

    public struct Mask: Sendable {
        public let mask: RunLengthMask
        /// The network's own estimate of its intersection over union with the right one; it may be above 1.
        public let predictedIoU: Float
        /// How little the mask depends on the threshold, 0…1; nil where there is nothing to be compared.
        public let stabilityScore: Float?
        /// Names its logits, for the next prompt.
        public let id: String
        /// `[maskSide, maskSide]`; above 0 is inside.
        public let logits: Tensor
    }
}

/// How long each stage of a segmentation took.
public struct SegmentTimings: Sendable, Equatable {
    public var decode = Duration.zero
    public var queue = Duration.zero
    /// The image encoder; zero where the embedding was there.
    public var encoder = Duration.zero
    /// Prompts to masks at the size of the photograph.
    public var decoder = Duration.zero

    static func + (a: SegmentTimings, b: SegmentTimings) -> SegmentTimings {
        SegmentTimings(
            decode: a.decode + b.decode, queue: a.queue + b.queue, encoder: a.encoder + b.encoder,
            decoder: a.decoder + b.decoder)
    }
}

/// Where an embedding came from.
public enum EmbeddingOrigin: String, Sendable, CaseIterable {
    /// It was computed for this request.
    case miss
    case memory
    case disk
    /// Another request was computing it.
    case joined
}
