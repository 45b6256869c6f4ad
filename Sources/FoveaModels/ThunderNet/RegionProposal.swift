import FoveaNN
import FoveaTensor

/// Says where objects may be (https://arxiv.org/abs/1903.11752, section 3.2): for each cell of the feature map, and for each
/// anchor there, whether it has an object and where its borders are.
///
/// | Key                | Shape of the weight |
/// | ------------------ | ------------------- |
/// | `rpn_conv.0`       | `[245, 1, 5, 5]`; its norm is `rpn_conv.1` |
/// | `rpn_conv.3`       | `[256, 245, 1, 1]`; its norm is `rpn_conv.4` |
/// | `rpn_cls`          | `[25, 256, 1, 1]`, with bias |
/// | `rpn_reg`          | `[100, 256, 1, 1]`, with bias |
struct RegionProposal: Sendable {
    static let width = 256

    private let depthwise: ConvNorm
    private let expansion: ConvNorm
    private let objectness: Linear
    private let borders: Linear

    /// One implementation has no norms here, but biases.
    init(_ weights: Weights, input: Int, anchors: Int) throws(CheckpointError) {
        func layer(_ index: Int, _ geometry: ConvNorm.Geometry) throws(CheckpointError) -> ConvNorm {
            let (convolution, norm) = (weights["rpn_conv"][index], weights["rpn_conv"][index + 1])
            return norm.contains("weight")
                ? try ConvNorm(convolution, norm: norm, geometry, epsilon: 1e-5, activation: .relu)
                : try ConvNorm(convolution, hasBias: true, geometry, activation: .relu)
        }
        depthwise = try layer(0, .init(input: input, output: input, kernel: 5, groups: input))
        expansion = try layer(3, .init(input: input, output: Self.width))
        objectness = try Linear(
            weights["rpn_cls"], input: Self.width, output: anchors, form: .pointwiseConvolution)
        borders = try Linear(
            weights["rpn_reg"], input: Self.width, output: 4 * anchors, form: .pointwiseConvolution)
    }

    /// `[N, H, W, 245]` to `[N, H, W, 256]`.
    func features(_ context: Tensor) -> Tensor {
        depthwise(context, after: nil, then: expansion, residual: nil)
    }

    /// The logit of each anchor, `[N, H, W, anchors]`, and how to change its box, `[N, H, W, 4 * anchors]`.
    func callAsFunction(_ features: Tensor) -> (objectness: Tensor, borders: Tensor) {
        (objectness(features), borders(features))
    }
}
