import FoveaTensor

/// What differs between the mask decoders of networks in the style of Segment Anything.
struct MaskDecoderPlan: Sendable {
    /// The side of an embedding, in tokens.
    var side: Int
    /// The length of a token.
    var width: Int
    /// Of attentions between prompt and image, all heads together.
    var crossWidth: Int
    var heads: Int
    /// Of the perceptron between attentions.
    var hidden: Int
    /// Whether the first block's tokens are only what their attention finds, without themselves.
    var replacesFirst: Bool
    var upscaling: Upscaling

    /// How tokens become pixels.
    struct Upscaling: Sendable {
        /// Where the second doubling is, after the first, 0, and its norm, 1.
        var second: Int
        /// A norm after the second doubling.
        var lastNorm: Int?
        var activation: Activation
    }

    /// segment-anything's.
    static let segmentAnything = MaskDecoderPlan(
        side: PromptEncoder.side, width: PromptEncoder.width, crossWidth: PromptEncoder.width / 2, heads: 8,
        hidden: 2048,
        replacesFirst: true, upscaling: Upscaling(second: 3, activation: .gelu))

    /// `LiteSegmenter`'s.
    static let lite = MaskDecoderPlan(
        side: LiteSegmenter.side, width: LiteSegmenter.width, crossWidth: LiteSegmenter.width, heads: 4, hidden: 512,
        replacesFirst: false, upscaling: Upscaling(second: 2, lastNorm: 3, activation: .relu))
}
