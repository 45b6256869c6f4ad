import FoveaNN
import FoveaTensor

/// ResNet (https://arxiv.org/abs/1512.03385) as torchvision's `models/resnet.py` has it: a bottleneck's stride is that of
/// its 3×3 convolution.
struct ResNet: ConvolutionalClassifier {
    let stem: ConvNorm
    private let blocks: [ResidualBlock]
    let classifier: Linear

    struct Size: Sendable {
        /// Blocks of each stage.
        let repeats: [Int]
        let isBottleneck: Bool

        static let all: [(name: String, size: Size)] = [
            ("resnet18", Size(repeats: [2, 2, 2, 2], isBottleneck: false)),
            ("resnet34", Size(repeats: [3, 4, 6, 3], isBottleneck: false)),
            ("resnet50", Size(repeats: [3, 4, 6, 3], isBottleneck: true)),
            ("resnet101", Size(repeats: [3, 4, 23, 3], isBottleneck: true)),
            ("resnet152", Size(repeats: [3, 8, 36, 3], isBottleneck: true)),
        ]
    }

    /// - Parameter dilatedStages: stages, counted from 1, whose stride becomes dilation, so that the result keeps the
    ///   resolution: torchvision's `replace_stride_with_dilation`.
    init(_ weights: Weights, _ size: Size, dilatedStages: Set<Int> = []) throws(CheckpointError) {
        stem = try ConvNorm(
            weights["conv1"], norm: weights["bn1"], .init(input: 3, output: 64, kernel: 7, stride: 2), epsilon: 1e-5,
            activation: .relu)
        var input = 64
        var dilation = 1
        var blocks: [ResidualBlock] = []
        for (index, repeats) in size.repeats.enumerated() {
            let width = 64 << index
            let output = size.isBottleneck ? 4 * width : width
            let isDilated = dilatedStages.contains(index + 1)
            // The first block of a dilated stage still sees its input at the old distance.
            let firstDilation = dilation
            if isDilated { dilation *= 2 }
            for number in 0..<repeats {
                let isFirst = number == 0
                blocks.append(
                    try ResidualBlock(
                        weights["layer\(index + 1)"][number], input: input, width: width, output: output,
                        stride: isFirst && index > 0 && !isDilated ? 2 : 1,
                        dilation: isFirst ? firstDilation : dilation, isBottleneck: size.isBottleneck))
                input = output
            }
        }
        self.blocks = blocks
        classifier = try Linear(classifier: weights["fc"], input: input)
    }

    func features(_ y: Tensor) throws(Cancelled) -> Tensor {
        try blocks(y.maxPooled(Window(kernel: 3, stride: 2, padding: .init(1)))).meanOverPixels()
    }

    static let architectures = Size.all.map { name, size in
        Architecture(name, input: .centre(224, of: 256, .bilinear)) { weights throws(CheckpointError) in
            try ResNet(weights, size)
        }
    }
}

/// Two 3×3 convolutions, or a 3×3 between two 1×1 ones, to which the input is added.
private struct ResidualBlock: Layer {
    private let layers: [ConvNorm]
    private let last: ConvNorm
    private let shortcut: ConvNorm?

    init(
        _ weights: Weights, input: Int, width: Int, output: Int, stride: Int, dilation: Int, isBottleneck: Bool
    ) throws(CheckpointError) {
        func layer(
            _ number: Int, _ geometry: ConvNorm.Geometry, _ activation: Activation = .relu
        ) throws(CheckpointError) -> ConvNorm {
            try ConvNorm(
                weights["conv\(number)"], norm: weights["bn\(number)"], geometry, epsilon: 1e-5, activation: activation)
        }
        // The activation of the last comes after the sum.
        if isBottleneck {
            layers = [
                try layer(1, .init(input: input, output: width)),
                try layer(
                    2, .init(input: width, output: width, kernel: 3, stride: stride, dilation: dilation)),
            ]
            last = try layer(3, .init(input: width, output: output))
        } else {
            layers = [
                try layer(1, .init(input: input, output: width, kernel: 3, stride: stride, dilation: dilation))
            ]
            last = try layer(2, .init(input: width, output: output, kernel: 3, dilation: dilation))
        }
        if stride != 1 || input != output {
            let path = weights["downsample"]
            shortcut = try ConvNorm(
                path[0], norm: path[1], .init(input: input, output: output, stride: stride), epsilon: 1e-5)
        } else {
            shortcut = nil
        }
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
        let y = layers.reduce(x) { y, layer in layer(y) }
        return last(y, residual: shortcut.map { $0(x) } ?? x)
    }
}
