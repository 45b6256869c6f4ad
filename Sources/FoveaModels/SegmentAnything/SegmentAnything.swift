import FoveaNN
import FoveaTensor

/// A network of the Segment Anything family (https://arxiv.org/abs/2304.02643): one look at the photograph, then masks for
/// as many prompts as there are.
///
/// | Key | Content |
/// | --- | ------- |
/// | `image_encoder.*` | see `VisionTransformer` and `TinyViT` |
/// | `prompt_encoder.*`, `mask_decoder.*` | see `MaskPredictor` |
public struct SegmentAnything: Sendable {
    /// The side of the square image that the encoder sees.
    public static let side = PromptEncoder.inputSide

    public let encoder: any ImageEncoder
    public let predictor: MaskPredictor

    init(
        _ weights: Weights, encoder: (Weights) throws(CheckpointError) -> any ImageEncoder
    ) throws(CheckpointError) {
        self.encoder = try encoder(weights["image_encoder"])
        predictor = try MaskPredictor(weights)
    }
}
