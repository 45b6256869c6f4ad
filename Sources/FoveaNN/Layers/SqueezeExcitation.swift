public import FoveaTensor

/// Weighs each channel by what all pixels of all channels say: mean, two layers, product.
///
/// From https://arxiv.org/abs/1709.01507, with 1×1 convolutions as the layers. The reference implementations call the
/// layers differently, so each comes with its own cursor.
///
/// | Key             | Shape                       |
/// | --------------- | --------------------------- |
/// | reduce `weight` | `[squeezed, channels, 1, 1]` |
/// | reduce `bias`   | `[squeezed]`                |
/// | expand `weight` | `[channels, squeezed, 1, 1]` |
/// | expand `bias`   | `[channels]`                |
public struct SqueezeExcitation: Sendable {
    private let reduce: Linear
    private let expand: Linear

    /// - Parameters:
    ///   - activation: what follows the first layer.
    ///   - gate: what follows the second and gives the factors.
    public init(
        reduce: Weights, expand: Weights, channels: Int, squeezed: Int, activation: Activation, gate: Activation
    ) throws(CheckpointError) {
        self.reduce = try Linear(
            reduce, input: channels, output: squeezed, form: .pointwiseConvolution, activation: activation)
        self.expand = try Linear(
            expand, input: squeezed, output: channels, form: .pointwiseConvolution, activation: gate)
    }

    /// The factors `[N, channels]` of images whose channels have these means, `[N, channels]`.
    public func factors(means: Tensor) -> Tensor { expand(reduce(means)) }
}
