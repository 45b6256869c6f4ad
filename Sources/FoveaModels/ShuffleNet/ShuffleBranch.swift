import FoveaNN
import FoveaTensor

/// The convolutions of one branch of a ShuffleNet V2 unit: 1×1, depthwise, 1×1; the shortcut's have no first.
struct ShuffleBranch: Sendable {
    private let expand: ConvNorm?
    private let depthwise: ConvNorm
    private let project: ConvNorm

    /// Takes the layers at indices 0, 3 and 5, each followed by its norm.
    init(_ weights: Weights, input: Int, hidden: Int, output: Int, stride: Int, kernel: Int = 3) throws(CheckpointError)
    {
        expand = try Self.layer(weights, 0, .init(input: input, output: hidden), .relu)
        depthwise = try Self.layer(
            weights, 3, .init(input: hidden, output: hidden, kernel: kernel, stride: stride, groups: hidden), .none)
        project = try Self.layer(weights, 5, .init(input: hidden, output: output), .relu)
    }

    /// Takes the layers at indices 0 and 2, each followed by its norm; the image is halved.
    init(shortcut weights: Weights, input: Int, output: Int, kernel: Int = 3) throws(CheckpointError) {
        expand = nil
        depthwise = try Self.layer(
            weights, 0, .init(input: input, output: input, kernel: kernel, stride: 2, groups: input), .none)
        project = try Self.layer(weights, 2, .init(input: input, output: output), .relu)
    }

    private static func layer(
        _ weights: Weights, _ index: Int, _ geometry: ConvNorm.Geometry, _ activation: Activation
    ) throws(CheckpointError) -> ConvNorm {
        try ConvNorm(weights[index], norm: weights[index + 1], geometry, epsilon: 1e-5, activation: activation)
    }

    func callAsFunction(_ x: Tensor) -> Tensor { depthwise(x, after: expand, then: project, residual: nil) }
}
