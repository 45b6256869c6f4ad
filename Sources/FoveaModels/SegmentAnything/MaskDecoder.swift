import FoveaNN
import FoveaTensor

/// Masks from an image's tokens and a prompt's: `modeling/mask_decoder.py` of the reference.
///
/// | Key                                  | Shape |
/// | ------------------------------------ | ----- |
/// | `iou_token.weight`                   | `[1, 256]` |
/// | `mask_tokens.weight`                 | `[4, 256]` |
/// | `transformer.*`                      | see `TwoWayTransformer` |
/// | `output_upscaling.*`                 | see `MaskUpscaling` |
/// | `output_hypernetworks_mlps.{0…3}.*`  | see `Perceptron`, 256 to 32 |
/// | `iou_prediction_head.*`              | see `Perceptron`, 256 to 4 |
struct MaskDecoder: Sendable {
    /// The first is for prompts that leave no choice, the others for those that do.
    private static let masks = 4
    /// Tokens before those of the prompt.
    static let ownTokens = 1 + masks

    /// `[5, 256]`: of the predicted overlap, and of each mask.
    private let tokens: Tensor
    let transformer: TwoWayTransformer
    let upscaling: MaskUpscaling
    private let vectors: [Perceptron]
    private let overlap: Perceptron

    init(_ weights: Weights) throws(CheckpointError) {
        let width = PromptEncoder.width
        let overlapToken = try weights["iou_token"].take("weight", shape: [1, width]).values
        let maskTokens = try weights["mask_tokens"].take("weight", shape: [Self.masks, width]).values
        tokens = Tensor(overlapToken + maskTokens, shape: [Self.ownTokens, width])
        transformer = try TwoWayTransformer(weights["transformer"])
        upscaling = try MaskUpscaling(weights["output_upscaling"])
        var vectors: [Perceptron] = []
        for mask in 0..<Self.masks {
            vectors.append(
                try Perceptron(
                    weights["output_hypernetworks_mlps"][mask], width: width, output: MaskUpscaling.width))
        }
        self.vectors = vectors
        overlap = try Perceptron(weights["iou_prediction_head"], width: width, output: Self.masks)
    }

    /// All tokens of a prompt, `[5 + N, 256]`; `write` gives its own `N`.
    func tokens(followedBy N: Int, _ write: (UnsafeMutableBufferPointer<Float>) -> Void) -> Tensor {
        let width = PromptEncoder.width
        return Tensor(shape: Shape(Self.ownTokens + N, width)) { out in
            let rest = tokens.withElements { out[out.update(fromContentsOf: $0)...] }
            write(UnsafeMutableBufferPointer(rebasing: rest))
        }
    }

    /// The chosen masks of the prompt whose tokens these are.
    ///
    /// - Parameter threshold: masks with no higher predicted overlap are left out. Where none is left the image is not
    ///   upscaled, which is nearly half of the work.
    func callAsFunction(
        _ prompt: Tensor, _ image: ImageTokens, positions: Tensor, _ choice: MaskChoice, over threshold: Float? = nil
    ) throws(Cancelled) -> PredictedMasks {
        let (tokens, image) = try transformer(prompt, image, positions: positions)
        try Cancellation.check()
        let overlaps = overlap(tokens.sliced(0, 0..<1)).values
        let chosen = choice.masks.filter { mask in threshold.map { overlaps[mask] > $0 } ?? true }
        guard !chosen.isEmpty else {
            let side = MaskPredictor.maskSide
            return PredictedMasks(logits: Tensor(shape: Shape(0, side, side)) { _ in }, overlaps: [])
        }
        let vectors = Tensor(shape: Shape(chosen.count, MaskUpscaling.width)) { out in
            var rest = out[...]
            for mask in chosen {
                self.vectors[mask](tokens.sliced(0, 1 + mask..<2 + mask)).withElements {
                    rest = rest[rest.update(fromContentsOf: $0)...]
                }
            }
        }
        return PredictedMasks(logits: upscaling.masks(image, vectors), overlaps: chosen.map { overlaps[$0] })
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
