import FoveaNN
import FoveaTensor

/// MobileNet V2 (https://arxiv.org/abs/1801.04381), torchvision's `models/mobilenetv2.py`.
struct MobileNetV2: ConvolutionalClassifier {
    let stem: ConvNorm
    private let blocks: [MBConv]
    private let head: ConvNorm
    let classifier: Linear

    /// Table 2 of the paper: expansion, output channels, blocks, stride of the first.
    private static let stages = [
        (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
    ]

    init(_ weights: Weights) throws(CheckpointError) {
        let features = weights["features"]
        func layer(
            _ path: Weights, _ convolution: String, _ norm: String, _ geometry: ConvNorm.Geometry,
            _ activation: Activation = .relu6
        ) throws(CheckpointError) -> ConvNorm {
            try ConvNorm(
                path.at(convolution), norm: path.at(norm), geometry, epsilon: 1e-5, activation: activation)
        }
        stem = try layer(features[0], "0", "1", .init(input: 3, output: 32, kernel: 3, stride: 2))
        var blocks: [MBConv] = []
        var input = 32
        for (expansion, output, repeats, firstStride) in Self.stages {
            for index in 0..<repeats {
                let path = features[blocks.count + 1]["conv"]
                let stride = index == 0 ? firstStride : 1
                let hidden = input * expansion
                let isExpanded = expansion > 1
                let (depthwise, project) = isExpanded ? ("1", 2) : ("0", 1)
                blocks.append(
                    MBConv(
                        expand: try isExpanded ? layer(path, "0.0", "0.1", .init(input: input, output: hidden)) : nil,
                        depthwise: try layer(
                            path[depthwise], "0", "1",
                            .init(input: hidden, output: hidden, kernel: 3, stride: stride, groups: hidden)),
                        project: try layer(
                            path, "\(project)", "\(project + 1)", .init(input: hidden, output: output), .none),
                        isResidual: stride == 1 && input == output))
                input = output
            }
        }
        self.blocks = blocks
        head = try layer(features[18], "0", "1", .init(input: input, output: 1280))
        classifier = try Linear(classifier: weights.at("classifier.1"), input: 1280)
    }

    func features(_ y: Tensor) throws(Cancelled) -> Tensor { try head(blocks(y)).meanOverPixels() }

    static let architectures = [
        Architecture("mobilenet_v2", input: .centre(224, of: 256, .bilinear)) { weights throws(CheckpointError) in
            try MobileNetV2(weights)
        }
    ]
}
