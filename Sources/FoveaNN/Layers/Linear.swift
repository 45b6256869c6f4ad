public import FoveaTensor

/// A fully connected layer: `activation(x · Wᵀ + b)`.
///
/// | Key      | Shape       |
/// | -------- | ----------- |
/// | `weight` | `[out, in]`, or `[out, in, 1, 1]` where the reference has a 1×1 convolution |
/// | `bias`   | `[out]`     |
public struct Linear: Sendable {
    /// How the reference stores the weights.
    public enum Form: Sendable { case matrix, pointwiseConvolution }

    /// `[in, out]`
    private let weights: PackedMatrix
    /// `[out]`
    private let bias: Tensor
    private let activation: Activation

    public init(
        _ weights: Weights, input: Int, output: Int, form: Form = .matrix, activation: Activation = .none
    ) throws(CheckpointError) {
        let shape = form == .matrix ? [output, input] : [output, input, 1, 1]
        let matrix = try weights.take("weight", shape: shape).reshaped([output, input]).permuted([1, 0])
        self.weights = PackedMatrix(matrix, precision: weights.precision)
        bias = try weights.take("bias", shape: [output])
        self.activation = activation
    }

    /// `[..., in]` to `[..., out]`.
    public func callAsFunction(_ x: Tensor) -> Tensor { x.linear(weights, bias: bias, activation: activation) }
}
