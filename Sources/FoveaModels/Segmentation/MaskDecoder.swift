import FoveaNN
import FoveaTensor

/// Masks from an image's tokens and a prompt's: `modeling/mask_decoder.py` of Segment Anything's reference.
///
/// | Key                                  | Shape |
/// | ------------------------------------ | ----- |
/// | `iou_token.weight`                   | `[1, width]` |
/// | `mask_tokens.weight`                 | `[4, width]` |
/// | `transformer.*`                      | see `TwoWayTransformer` |
/// | `output_upscaling.*`                 | see `MaskUpscaling` |
/// | `output_hypernetworks_mlps.{0…3}.*`  | see `Perceptron`, width to 32 |
/// | `iou_prediction_head.*`              | see `Perceptron`, width to 4 |
struct MaskDecoder: Sendable {
    /// The first is for prompts that leave no choice, the others for those that do.
    private static let masks = 4
    /// Tokens before those of the prompt.
    static let ownTokens = 1 + masks

    /// `[5, width]`: of the predicted overlap, and of each mask.
    private let tokens: Tensor
    let transformer: TwoWayTransformer
    let upscaling: MaskUpscaling
    private let vectors: [Perceptron]
    private let overlap: Perceptron
    /// The rows and columns of a mask.
    private let maskSide: Int

    init(_ weights: Weights, _ plan: MaskDecoderPlan) throws(CheckpointError) {
        let width = plan.width
        maskSide = 4 * plan.side
        let overlapToken = try weights["iou_token"].take("weight", shape: [1, width]).values
        let maskTokens = try weights["mask_tokens"].take("weight", shape: [Self.masks, width]).values
        tokens = Tensor(overlapToken + maskTokens, shape: [Self.ownTokens, width])
        transformer = try TwoWayTransformer(weights["transformer"], plan)
        upscaling = try MaskUpscaling(weights["output_upscaling"], plan)
        var vectors: [Perceptron] = []
        for mask in 0..<Self.masks {
            vectors.append(
                try Perceptron(
                    weights["output_hypernetworks_mlps"][mask], width: width, output: MaskUpscaling.width))
        }
        self.vectors = vectors
        overlap = try Perceptron(weights["iou_prediction_head"], width: width, output: Self.masks)
    }

    /// All tokens of a prompt, `[5 + N, width]`; `write` gives its own `N`.
    func tokens(followedBy N: Int, _ write: (UnsafeMutableBufferPointer<Float>) -> Void) -> Tensor {
        Tensor(shape: Shape(Self.ownTokens + N, tokens.shape[1])) { out in
            let rest = tokens.withElements { out[out.update(fromContentsOf: $0)...] }
            write(UnsafeMutableBufferPointer(rebasing: rest))
        }
    }

    /// All tokens of a prompt, `[5 + N, width]`, whose own are `prompt`, `[N, width]`.
    func tokens(followedBy prompt: Tensor) -> Tensor {
        tokens(followedBy: prompt.shape[0]) { out in
            prompt.withElements { _ = out.update(fromContentsOf: $0) }
        }
    }

    /// The chosen masks of the prompt whose tokens these are.
    ///
    /// - Parameter threshold: masks with no higher predicted overlap are left out. Where none is left the image is not
    ///   upscaled, which is nearly half of the work.
    /// - Parameter details: `[16 · S, 32]`, added to the image's places as `MaskUpscaling` makes them.
    func callAsFunction(
        _ prompt: Tensor, _ image: ImageTokens, positions: Tensor, _ choice: MaskChoice, over threshold: Float? = nil,
        details: Tensor? = nil
    ) throws(Cancelled) -> PredictedMasks {
        let (tokens, image) = try transformer(prompt, image, positions: positions)
        try Cancellation.check()
        let overlaps = overlap(tokens.sliced(0, 0..<1)).values
        let chosen = choice.masks.filter { mask in threshold.map { overlaps[mask] > $0 } ?? true }
        guard !chosen.isEmpty else {
            return PredictedMasks(logits: Tensor(shape: Shape(0, maskSide, maskSide)) { _ in }, overlaps: [])
        }
        let vectors = Tensor(shape: Shape(chosen.count, MaskUpscaling.width)) { out in
            var rest = out[...]
            for mask in chosen {
                self.vectors[mask](tokens.sliced(0, 1 + mask..<2 + mask)).withElements {
                    rest = rest[rest.update(fromContentsOf: $0)...]
                }
            }
        }
        return PredictedMasks(
            logits: upscaling.masks(image, vectors, details: details), overlaps: chosen.map { overlaps[$0] })
    }
}

/// Three layers with ReLU between them.
///
/// | Key              | |
/// | ---------------- | --- |
/// | `layers.{0,1,2}` | see `Linear` |
private struct Perceptron: Sendable {
    private let layers: [Linear]

    init(_ weights: Weights, width: Int, output: Int) throws(CheckpointError) {
        let layers = weights["layers"]
        self.layers = [
            try Linear(layers[0], input: width, output: width, activation: .relu),
            try Linear(layers[1], input: width, output: width, activation: .relu),
            try Linear(layers[2], input: width, output: output),
        ]
    }

    func callAsFunction(_ x: Tensor) -> Tensor { layers.reduce(x) { x, layer in layer(x) } }
}
