import FoveaNN
import FoveaTensor

/// Four branches side by side: 1×1; 1×1 and 3×3, twice; a pool and 1×1.
///
/// The third branch has 5×5 filters in the paper and 3×3 ones in torchvision.
struct Inception: Layer {
    struct Size: Sendable {
        let name: String
        let branch1: Int
        let branch2: (reduced: Int, output: Int)
        let branch3: (reduced: Int, output: Int)
        let branch4: Int
        var output: Int { branch1 + branch2.output + branch3.output + branch4 }

        init(
            _ name: String, _ branch1: Int, _ reduced2: Int, _ branch2: Int, _ reduced3: Int, _ branch3: Int,
            _ branch4: Int
        ) {
            (self.name, self.branch1, self.branch4) = (name, branch1, branch4)
            (self.branch2, self.branch3) = ((reduced2, branch2), (reduced3, branch3))
        }
    }

    private let branch1: ConvNorm
    private let branch2: (ConvNorm, ConvNorm)
    private let branch3: (ConvNorm, ConvNorm)
    private let branch4: ConvNorm

    init(_ weights: Weights, input: Int, _ size: Size) throws(CheckpointError) {
        func pair(
            _ name: String, _ size: (reduced: Int, output: Int)
        ) throws(CheckpointError) -> (ConvNorm, ConvNorm) {
            (
                try .inception(weights[name][0], .init(input: input, output: size.reduced)),
                try .inception(weights[name][1], .init(input: size.reduced, output: size.output, kernel: 3))
            )
        }
        branch1 = try .inception(weights["branch1"], .init(input: input, output: size.branch1))
        branch2 = try pair("branch2", size.branch2)
        branch3 = try pair("branch3", size.branch3)
        branch4 = try .inception(weights["branch4"][1], .init(input: input, output: size.branch4))
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
        let pooled = x.maxPooled(Window(kernel: 3, padding: .init(1)), roundingUp: true)
        return .concatenated([branch1(x), branch2.1(branch2.0(x)), branch3.1(branch3.0(x)), branch4(pooled)])
    }
}

extension ConvNorm {
    /// The convolution `conv` and the norm `bn` below `weights`, with the activation that all of GoogLeNet has.
    static func inception(_ weights: Weights, _ geometry: Geometry) throws(CheckpointError) -> ConvNorm {
        try ConvNorm(weights["conv"], norm: weights["bn"], geometry, epsilon: 1e-3, activation: .relu)
    }
}
