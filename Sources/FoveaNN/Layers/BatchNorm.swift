public import FoveaTensor

/// Batch normalisation at inference: `y = scale · x + shift` per channel, to be folded into the convolution before it.
///
/// | Key                   | Shape |
/// | --------------------- | ----- |
/// | `weight`              | `[C]` |
/// | `bias`                | `[C]` |
/// | `running_mean`        | `[C]` |
/// | `running_var`         | `[C]` |
/// | `num_batches_tracked` | `[]`, not needed, may be missing |
public struct BatchNorm: Sendable {
    /// weight / sqrt(running_var + epsilon), `[C]`.
    public let scale: Tensor
    /// bias - running_mean · scale, `[C]`.
    public let shift: Tensor

    /// Takes the statistics of `channels`; `epsilon` is not in the checkpoint.
    public init(_ weights: Weights, channels C: Int, epsilon: Double) throws(CheckpointError) {
        let weight = try weights.take("weight", shape: [C]).values
        let bias = try weights.take("bias", shape: [C]).values
        let mean = try weights.take("running_mean", shape: [C]).values
        let variance = try weights.take("running_var", shape: [C]).values
        weights.ignore("num_batches_tracked")
        let scales = weight.indices.map { Double(weight[$0]) / (Double(variance[$0]) + epsilon).squareRoot() }
        let shifts = bias.indices.map { Double(bias[$0]) - Double(mean[$0]) * scales[$0] }
        scale = Tensor(scales.map { Float($0) }, shape: [C])
        shift = Tensor(shifts.map { Float($0) }, shape: [C])
    }
}
