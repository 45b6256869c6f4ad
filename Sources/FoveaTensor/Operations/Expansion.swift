/// A 1×1 convolution that a depthwise one follows at once.
public struct Expansion: Sendable {
    public let weights: PackedMatrix
    /// `[weights.N]`
    public let bias: Tensor
    public let activation: Activation

    public init(weights: PackedMatrix, bias: Tensor, activation: Activation) {
        (self.weights, self.bias, self.activation) = (weights, bias, activation)
    }
}
