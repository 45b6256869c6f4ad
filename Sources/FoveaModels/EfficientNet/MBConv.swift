import FoveaNN
import FoveaTensor

/// Mobile inverted bottleneck: expand, filter each channel, squeeze and excite, project; the input is added where the
/// shapes agree.
struct MBConv: Layer {
    private let expand: ConvNorm?
    private let depthwise: ConvNorm
    private let squeeze: SqueezeExcitation?
    private let project: ConvNorm
    private let isResidual: Bool

    init(
        expand: ConvNorm? = nil, depthwise: ConvNorm, squeeze: SqueezeExcitation? = nil, project: ConvNorm,
        isResidual: Bool = false
    ) {
        (self.expand, self.depthwise, self.squeeze) = (expand, depthwise, squeeze)
        (self.project, self.isResidual) = (project, isResidual)
    }

    init(
        _ weights: Weights, _ plan: EfficientNetPlan.Block, epsilon: Double, activation: Activation
    ) throws(CheckpointError) {
        if let convolution = plan.expand {
            expand = try convolution.make(weights, epsilon: epsilon, activation: activation)
        } else {
            expand = nil
        }
        depthwise = try plan.depthwise.make(weights, epsilon: epsilon, activation: activation)
        if let layers = plan.squeeze {
            squeeze = try SqueezeExcitation(
                reduce: weights.at(layers.reduce), expand: weights.at(layers.excite), channels: layers.channels,
                squeezed: layers.squeezed, activation: activation, gate: .sigmoid)
        } else {
            squeeze = nil
        }
        project = try plan.project.make(weights, epsilon: epsilon, activation: .none)
        isResidual = plan.isResidual
    }

    /// `[N, H, W, in]` to `[N, H / stride, W / stride, out]`, rounded as the padding says.
    func callAsFunction(_ x: Tensor) -> Tensor {
        let residual = isResidual ? x : nil
        guard let squeeze else { return depthwise(x, after: expand, then: project, residual: residual) }
        let (y, means) = depthwise.withMeans(x, after: expand)
        return project(y, scale: squeeze.factors(means: means), residual: residual)
    }
}
