import CKernels

/// A function applied to each element.
public enum Activation: Sendable, CaseIterable {
    case none
    /// max(x, 0)
    case relu
    /// min(max(x, 0), 6)
    case relu6
    /// x · sigmoid(x), also called swish
    case silu
    /// 1 / (1 + exp(-x))
    case sigmoid
    /// x · relu6(x + 3) / 6
    case hardSwish
    /// relu6(x + 3) / 6
    case hardSigmoid
    /// x · Φ(x) with the normal distribution Φ: the exact form with erf, not that with tanh
    case gelu

    /// The activation as the kernels know it.
    var kernel: fovea_activation {
        switch self {
        case .none: .none
        case .relu: .relu
        case .relu6: .relu6
        case .silu: .silu
        case .sigmoid: .sigmoid
        case .hardSwish: .hard_swish
        case .hardSigmoid: .hard_sigmoid
        case .gelu: .gelu
        }
    }
}
