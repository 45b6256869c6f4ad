import FoveaNN
import FoveaTensor

/// Lets the second stage see less of what the first holds for background (Spatial Attention Module,
/// https://arxiv.org/abs/1903.11752, section 3.2).
///
/// | Key | Shape of the weight |
/// | --- | ------------------- |
/// | `0` | `[245, 256, 1, 1]`; its norm is `1` |
struct SpatialAttention: Sendable {
    private let gate: ConvNorm

    init(_ weights: Weights, input: Int, output: Int) throws(CheckpointError) {
        gate = try ConvNorm(
            weights[0], norm: weights[1], .init(input: input, output: output), epsilon: 1e-5, activation: .sigmoid)
    }

    /// `[N, H, W, 245]` and the region proposal's features `[N, H, W, 256]` to `[N, H, W, 245]`.
    func callAsFunction(_ context: Tensor, _ regional: Tensor) -> Tensor { context.multiplied(by: gate(regional)) }
}
