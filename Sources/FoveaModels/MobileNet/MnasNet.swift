import FoveaNN
import FoveaTensor

/// MnasNet-B1 (https://arxiv.org/abs/1807.11626), torchvision's `models/mnasnet.py`.
struct MnasNet: ConvolutionalClassifier {
    let stem: ConvNorm
    private let blocks: [MBConv]
    private let head: ConvNorm
    let classifier: Linear

    /// Output channels before scaling, kernel, stride of the first block, expansion, blocks.
    private static let stacks = [
        (24, 3, 2, 3, 3), (40, 5, 2, 3, 3), (80, 5, 2, 6, 3), (96, 3, 1, 6, 2), (192, 5, 2, 6, 4), (320, 3, 1, 6, 1),
    ]

    /// - Parameter alpha: what channels are scaled by.
    init(_ weights: Weights, alpha: Double) throws(CheckpointError) {
        let layers = weights["layers"]
        func layer(
            _ path: Weights, _ index: Int, _ geometry: ConvNorm.Geometry, _ activation: Activation = .relu
        ) throws(CheckpointError) -> ConvNorm {
            try ConvNorm(path[index], norm: path[index + 1], geometry, epsilon: 1e-5, activation: activation)
        }
        // Files of torchvision's first version scale all but the first two layers.
        let isFirstVersion = try layers.length(ofFirstAxisOf: "0.weight") == 32
        let first = isFirstVersion ? 32 : roundedChannels(32 * alpha)
        var input = isFirstVersion ? 16 : roundedChannels(16 * alpha)
        stem = try layer(layers, 0, .init(input: 3, output: first, kernel: 3, stride: 2))
        var blocks = [
            MBConv(
                depthwise: try layer(layers, 3, .init(input: first, output: first, kernel: 3, groups: first)),
                project: try layer(layers, 6, .init(input: first, output: input), .none))
        ]
        for (number, (channels, kernel, firstStride, expansion, repeats)) in Self.stacks.enumerated() {
            let output = roundedChannels(Double(channels) * alpha)
            for index in 0..<repeats {
                let path = layers[8 + number][index]["layers"]
                let stride = index == 0 ? firstStride : 1
                let hidden = input * expansion
                blocks.append(
                    MBConv(
                        expand: try layer(path, 0, .init(input: input, output: hidden)),
                        depthwise: try layer(
                            path, 3,
                            .init(input: hidden, output: hidden, kernel: kernel, stride: stride, groups: hidden)),
                        project: try layer(path, 6, .init(input: hidden, output: output), .none),
                        isResidual: stride == 1 && input == output))
                input = output
            }
        }
        self.blocks = blocks
        head = try layer(layers, 14, .init(input: input, output: 1280))
        classifier = try Linear(classifier: weights.at("classifier.1"), input: 1280)
    }

    func features(_ y: Tensor) throws(Cancelled) -> Tensor { try head(blocks(y)).meanOverPixels() }

    static let architectures = [
        ("mnasnet0_5", 0.5), ("mnasnet0_75", 0.75), ("mnasnet1_0", 1), ("mnasnet1_3", 1.3),
    ].map { name, alpha in
        Architecture(name, input: .centre(224, of: 256, .bilinear)) { weights throws(CheckpointError) in
            try MnasNet(weights, alpha: alpha)
        }
    }
}
