import FoveaNN
public import FoveaTensor

/// A network of the Segment Anything family (https://arxiv.org/abs/2304.02643): one look at the photograph, then masks for
/// as many prompts as there are.
///
/// | Key | Content |
/// | --- | ------- |
/// | `image_encoder.*` | see `VisionTransformer` and `TinyViT` |
/// | `prompt_encoder.*`, `mask_decoder.*` | see `MaskPredictor` |
public struct SegmentAnything: Segmenter {
    /// The side of the square image that the encoder sees.
    public static let side = PromptEncoder.inputSide

    public let encoder: any ImageEncoder
    public let predictor: MaskPredictor

    static let geometry = SegmenterGeometry(
        side: side, embedding: MaskPredictor.embeddingShape, maskSide: MaskPredictor.maskSide)
    public var geometry: SegmenterGeometry { Self.geometry }

    init(
        _ weights: Weights, encoder: (Weights) throws(CheckpointError) -> any ImageEncoder
    ) throws(CheckpointError) {
        self.encoder = try encoder(weights["image_encoder"])
        predictor = try MaskPredictor(weights)
    }

    public func embedding(_ x: Tensor) throws(Cancelled) -> Tensor { try encoder.embedding(x) }

    public func prepared(_ embedding: Tensor) -> any PreparedImage {
        Prepared(predictor: predictor, image: predictor.prepared(embedding))
    }

    /// An image, and the network that is asked.
    private struct Prepared: PreparedImage {
        let predictor: MaskPredictor
        let image: PreparedEmbedding

        var bytes: Int { PreparedEmbedding.bytes }

        func masks(
            for prompt: Prompt, _ choice: MaskChoice, over threshold: Float?
        ) throws(Cancelled) -> PredictedMasks {
            try predictor.masks(for: [prompt], on: image, choice, over: threshold)[0]
        }
    }
}
