import FoveaNN
import FoveaTensor

/// SqueezeNet (https://arxiv.org/abs/1602.07360), torchvision's `models/squeezenet.py`.
struct SqueezeNet: Classifier {
    let stem: ConvNorm
    private let steps: [Step]
    private let classifier: ConvNorm
    let classes: Int

    private enum Step: Layer {
        case pool
        case fire(Fire)

        func callAsFunction(_ x: Tensor) -> Tensor {
            switch self {
            case .pool: x.maxPooled(Window(kernel: 3, stride: 2), roundingUp: true)
            case .fire(let fire): fire(x)
            }
        }
    }

    /// The stem's kernel and outputs, then what `features` holds from index 2 on.
    struct Version: Sendable {
        let kernel: Int
        let stem: Int
        /// Channels after each squeezing, of each expansion; nil is a pool.
        let layers: [(squeezed: Int, expanded: Int)?]

        static let one_0 = Version(
            kernel: 7, stem: 96,
            layers: [
                nil, (16, 64), (16, 64), (32, 128), nil, (32, 128), (48, 192), (48, 192), (64, 256), nil, (64, 256),
            ])
        static let one_1 = Version(
            kernel: 3, stem: 64,
            layers: [
                nil, (16, 64), (16, 64), nil, (32, 128), (32, 128), nil, (48, 192), (48, 192), (64, 256), (64, 256),
            ])
    }

    init(_ weights: Weights, _ version: Version) throws(CheckpointError) {
        let features = weights["features"]
        stem = try ConvNorm(
            features[0], hasBias: true,
            .init(input: 3, output: version.stem, kernel: version.kernel, stride: 2, padding: .valid), activation: .relu
        )
        var input = version.stem
        var steps: [Step] = []
        for (index, layer) in version.layers.enumerated() {
            guard let layer else {
                steps.append(.pool)
                continue
            }
            steps.append(
                .fire(
                    try Fire(features[index + 2], input: input, squeezed: layer.squeezed, expanded: layer.expanded)))
            input = 2 * layer.expanded
        }
        self.steps = steps
        let last = weights.at("classifier.1")
        classes = try last.length(ofFirstAxisOf: "weight")
        classifier = try ConvNorm(last, hasBias: true, .init(input: input, output: classes), activation: .relu)
    }

    func logits(_ x: Tensor) throws(Cancelled) -> Tensor { try logits(stem: stem(x)) }
    func logits(_ pixels: PixelBatch) throws(Cancelled) -> Tensor { try logits(stem: stem(pixels)) }

    private func logits(stem y: Tensor) throws(Cancelled) -> Tensor {
        try classifier(steps(y)).meanOverPixels()
    }

    static let architectures = [("squeezenet1_0", Version.one_0), ("squeezenet1_1", .one_1)].map { name, version in
        Architecture(name, input: .centre(224, of: 256, .bilinear)) { weights throws(CheckpointError) in
            try SqueezeNet(weights, version)
        }
    }
}

/// A 1×1 convolution to few channels, and of these a 1×1 and a 3×3 one side by side.
private struct Fire: Sendable {
    private let squeeze: ConvNorm
    private let expand1x1: ConvNorm
    private let expand3x3: ConvNorm

    init(_ weights: Weights, input: Int, squeezed: Int, expanded: Int) throws(CheckpointError) {
        func layer(_ name: String, _ geometry: ConvNorm.Geometry) throws(CheckpointError) -> ConvNorm {
            try ConvNorm(weights[name], hasBias: true, geometry, activation: .relu)
        }
        squeeze = try layer("squeeze", .init(input: input, output: squeezed))
        expand1x1 = try layer("expand1x1", .init(input: squeezed, output: expanded))
        expand3x3 = try layer("expand3x3", .init(input: squeezed, output: expanded, kernel: 3))
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
        let y = squeeze(x)
        return .concatenated([expand1x1(y), expand3x3(y)])
    }
}
