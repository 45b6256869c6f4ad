import FoveaNN
import FoveaTensor

/// MobileNet V3 (https://arxiv.org/abs/1905.02244), torchvision's `models/mobilenetv3.py`.
struct MobileNetV3: ConvolutionalClassifier {
    let stem: ConvNorm
    private let blocks: [MBConv]
    private let head: ConvNorm
    private let hidden: Linear
    let classifier: Linear

    struct Block: Sendable {
        let kernel: Int
        let hidden: Int
        let output: Int
        let isSqueezed: Bool
        let activation: Activation
        let stride: Int

        init(_ kernel: Int, _ hidden: Int, _ output: Int, _ isSqueezed: Bool, _ activation: Activation, _ stride: Int) {
            (self.kernel, self.hidden, self.output) = (kernel, hidden, output)
            (self.isSqueezed, self.activation, self.stride) = (isSqueezed, activation, stride)
        }
    }

    struct Size: Sendable {
        let blocks: [Block]
        /// Outputs of the layer between the features and the classifier.
        let hidden: Int

        /// Table 1 of the paper.
        static let large = Size(
            blocks: [
                .init(3, 16, 16, false, .relu, 1), .init(3, 64, 24, false, .relu, 2), .init(3, 72, 24, false, .relu, 1),
                .init(5, 72, 40, true, .relu, 2), .init(5, 120, 40, true, .relu, 1), .init(5, 120, 40, true, .relu, 1),
                .init(3, 240, 80, false, .hardSwish, 2), .init(3, 200, 80, false, .hardSwish, 1),
                .init(3, 184, 80, false, .hardSwish, 1), .init(3, 184, 80, false, .hardSwish, 1),
                .init(3, 480, 112, true, .hardSwish, 1), .init(3, 672, 112, true, .hardSwish, 1),
                .init(5, 672, 160, true, .hardSwish, 2), .init(5, 960, 160, true, .hardSwish, 1),
                .init(5, 960, 160, true, .hardSwish, 1),
            ], hidden: 1280)

        /// Table 2 of the paper.
        static let small = Size(
            blocks: [
                .init(3, 16, 16, true, .relu, 2), .init(3, 72, 24, false, .relu, 2), .init(3, 88, 24, false, .relu, 1),
                .init(5, 96, 40, true, .hardSwish, 2), .init(5, 240, 40, true, .hardSwish, 1),
                .init(5, 240, 40, true, .hardSwish, 1), .init(5, 120, 48, true, .hardSwish, 1),
                .init(5, 144, 48, true, .hardSwish, 1), .init(5, 288, 96, true, .hardSwish, 2),
                .init(5, 576, 96, true, .hardSwish, 1), .init(5, 576, 96, true, .hardSwish, 1),
            ], hidden: 1024)
    }

    init(_ weights: Weights, _ size: Size) throws(CheckpointError) {
        let features = weights["features"]
        func layer(
            _ path: Weights, _ geometry: ConvNorm.Geometry, _ activation: Activation
        ) throws(CheckpointError) -> ConvNorm {
            try ConvNorm(path[0], norm: path[1], geometry, epsilon: 1e-3, activation: activation)
        }
        stem = try layer(features[0], .init(input: 3, output: 16, kernel: 3, stride: 2), .hardSwish)
        var blocks: [MBConv] = []
        var input = 16
        for (index, block) in size.blocks.enumerated() {
            let path = features[index + 1]["block"]
            let isExpanded = block.hidden != input
            let depthwise = isExpanded ? 1 : 0
            blocks.append(
                MBConv(
                    expand: try isExpanded
                        ? layer(path[0], .init(input: input, output: block.hidden), block.activation) : nil,
                    depthwise: try layer(
                        path[depthwise],
                        .init(
                            input: block.hidden, output: block.hidden, kernel: block.kernel, stride: block.stride,
                            groups: block.hidden), block.activation),
                    squeeze: try block.isSqueezed
                        ? SqueezeExcitation(
                            reduce: path[depthwise + 1]["fc1"], expand: path[depthwise + 1]["fc2"],
                            channels: block.hidden, squeezed: roundedChannels(Double(block.hidden) / 4),
                            activation: .relu, gate: .hardSigmoid) : nil,
                    project: try layer(
                        path[depthwise + (block.isSqueezed ? 2 : 1)], .init(input: block.hidden, output: block.output),
                        .none),
                    isResidual: block.stride == 1 && input == block.output))
            input = block.output
        }
        self.blocks = blocks
        head = try layer(features[size.blocks.count + 1], .init(input: input, output: 6 * input), .hardSwish)
        hidden = try Linear(weights.at("classifier.0"), input: 6 * input, output: size.hidden, activation: .hardSwish)
        classifier = try Linear(classifier: weights.at("classifier.3"), input: size.hidden)
    }

    func features(_ y: Tensor) throws(Cancelled) -> Tensor { try hidden(head(blocks(y)).meanOverPixels()) }

    static let architectures = [
        Architecture("mobilenet_v3_large", input: .centre(224, of: 256, .bilinear)) { weights throws(CheckpointError) in
            try MobileNetV3(weights, .large)
        },
        Architecture("mobilenet_v3_small", input: .centre(224, of: 256, .bilinear)) { weights throws(CheckpointError) in
            try MobileNetV3(weights, .small)
        },
    ]
}
