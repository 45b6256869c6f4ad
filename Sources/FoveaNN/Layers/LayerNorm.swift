public import FoveaTensor

/// Layer normalisation of the last axis, and an activation: of tokens, or of each pixel's channels.
///
/// | Key      | Shape     |
/// | -------- | --------- |
/// | `weight` | `[width]` |
/// | `bias`   | `[width]` |
public struct LayerNorm: Sendable {
    private let scale: Tensor
    /// `[width]`: what a token of zeros becomes.
    public let bias: Tensor
    private let epsilon: Float
    private let activation: Activation

    /// - Parameter epsilon: what is added to the variance; it is not in the checkpoint.
    public init(
        _ weights: Weights, width: Int, epsilon: Float, activation: Activation = .none
    ) throws(CheckpointError) {
        scale = try weights.take("weight", shape: [width])
        bias = try weights.take("bias", shape: [width])
        (self.epsilon, self.activation) = (epsilon, activation)
    }

    /// `[..., width]` to the same shape.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        x.layerNorm(scale: scale, bias: bias, epsilon: epsilon, activation: activation)
    }
}
