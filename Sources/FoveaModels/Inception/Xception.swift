import FoveaNN
import FoveaTensor

/// Xception (https://arxiv.org/abs/1610.02357), timm's `legacy_xception`.
struct Xception: ConvolutionalClassifier {
    let stem: ConvNorm
    private let second: ConvNorm
    private let blocks: [XceptionBlock]
    private let last: [SeparableConvolution]
    let classifier: Linear

    init(_ weights: Weights) throws(CheckpointError) {
        func layer(_ number: Int, _ geometry: ConvNorm.Geometry) throws(CheckpointError) -> ConvNorm {
            try ConvNorm(
                weights["conv\(number)"], norm: weights["bn\(number)"], geometry, epsilon: 1e-5, activation: .relu)
        }
        stem = try layer(1, .init(input: 3, output: 32, kernel: 3, stride: 2, padding: .valid))
        second = try layer(2, .init(input: 32, output: 64, kernel: 3, padding: .valid))
        var blocks: [XceptionBlock] = []
        var input = 64
        for number in 1...12 {
            let widths =
                switch number {
                case 1: [128, 128]
                case 2: [256, 256]
                case 3: [728, 728]
                case 12: [728, 1024]
                default: [728, 728, 728]
                }
            blocks.append(
                try XceptionBlock(
                    weights["block\(number)"], input: input, widths: widths, isFirst: number == 1,
                    isHalving: widths.count == 2))
            input = widths[widths.count - 1]
        }
        self.blocks = blocks
        last = [
            try SeparableConvolution(
                weights["conv3"], norm: weights["bn3"], input: 1024, output: 1536, activation: .relu),
            try SeparableConvolution(
                weights["conv4"], norm: weights["bn4"], input: 1536, output: 2048, activation: .relu),
        ]
        // Older files name it otherwise.
        classifier = try Linear(
            classifier: weights.contains("fc") ? weights["fc"] : weights["last_linear"], input: 2048)
    }

    func features(_ y: Tensor) throws(Cancelled) -> Tensor {
        try last(blocks(second(y))).meanOverPixels()
    }

    static let architectures = [
        Architecture("legacy_xception", input: .centre(299, of: 333, .bicubic, .half)) {
            weights throws(CheckpointError) in try Xception(weights)
        }
    ]
}

/// Separable convolutions, each after a ReLU, and a shortcut around them; some halve the image.
private struct XceptionBlock: Layer {
    private let layers: [SeparableConvolution]
    private let shortcut: ConvNorm?
    private let isFirst: Bool

    init(
        _ weights: Weights, input: Int, widths: [Int], isFirst: Bool, isHalving: Bool
    ) throws(CheckpointError) {
        var layers: [SeparableConvolution] = []
        var width = input
        for (number, output) in widths.enumerated() {
            // ReLUs have indices, too; the very first is missing.
            let index = 3 * number + (isFirst ? 0 : 1)
            let isLast = number == widths.count - 1
            layers.append(
                try SeparableConvolution(
                    weights["rep"][index], norm: weights["rep"][index + 1], input: width, output: output,
                    activation: isLast ? .none : .relu))
            width = output
        }
        (self.layers, self.isFirst) = (layers, isFirst)
        shortcut =
            try isHalving
            ? ConvNorm(
                weights["skip"], norm: weights["skipbn"], .init(input: input, output: width, stride: 2),
                epsilon: 1e-5) : nil
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
        let y = layers.reduce(isFirst ? x : x.applying(.relu)) { y, layer in layer(y) }
        guard let shortcut else { return y + x }
        return shortcut(x, residual: y.maxPooled(Window(kernel: 3, stride: 2, padding: .init(1))))
    }
}

/// A depthwise 3×3 convolution and a 1×1 one with norm, with nothing between.
private struct SeparableConvolution: Layer {
    private let depthwise: ConvNorm
    private let pointwise: ConvNorm

    init(
        _ weights: Weights, norm: Weights, input: Int, output: Int, activation: Activation
    ) throws(CheckpointError) {
        depthwise = try ConvNorm(
            weights["conv1"], hasBias: false, .init(input: input, output: input, kernel: 3, groups: input))
        pointwise = try ConvNorm(
            weights["pointwise"], norm: norm, .init(input: input, output: output), epsilon: 1e-5,
            activation: activation)
    }

    func callAsFunction(_ x: Tensor) -> Tensor { depthwise(x, after: nil, then: pointwise, residual: nil) }
}
