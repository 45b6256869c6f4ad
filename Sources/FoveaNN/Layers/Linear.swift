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
        _ weights: Weights, input: Int, output: Int, form: Form = .matrix, hasBias: Bool = true,
        activation: Activation = .none
    ) throws(CheckpointError) {
        let shape = form == .matrix ? [output, input] : [output, input, 1, 1]
        let matrix = try weights.take("weight", shape: shape).reshaped([output, input]).permuted([1, 0])
        self.weights = PackedMatrix(matrix, precision: weights.precision)
        bias =
            try hasBias
            ? weights.take("bias", shape: [output])
            : Tensor([Float](repeating: 0, count: output), shape: Shape(output))
        self.activation = activation
    }

    /// A layer of the given `weight`, `[out, in]`, and `bias`, `[out]`.
    public init(_ weight: Tensor, bias: Tensor, precision: Precision = .float32) {
        weights = PackedMatrix(weight.permuted([1, 0]), precision: precision)
        self.bias = bias
        activation = .none
    }

    /// A network's last layer, `[..., in]` to `[..., classes]`, with as many classes as the checkpoint has.
    ///
    /// - Parameter hasBias: whether the reference has one.
    public init(classifier weights: Weights, input: Int, form: Form = .matrix, hasBias: Bool = true)
        throws(CheckpointError)
    {
        let classes = try weights.length(ofFirstAxisOf: "weight")
        try self.init(weights, input: input, output: classes, form: form, hasBias: hasBias)
    }

    /// The length of the last axis of the result.
    public var outputs: Int { weights.N }

    /// `[..., in]` to `[..., out]`; `residual`, of the result's shape, is added before the activation.
    public func callAsFunction(_ x: Tensor, residual: Tensor? = nil) -> Tensor {
        x.linear(weights, bias: bias, residual: residual, activation: activation)
    }
}
