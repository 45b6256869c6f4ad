import FoveaNN
import FoveaTensor

/// ShuffleNet V2 (https://arxiv.org/abs/1807.11164), torchvision's `models/shufflenetv2.py`.
struct ShuffleNetV2: ConvolutionalClassifier {
    let stem: ConvNorm
    private let units: [Unit]
    private let head: ConvNorm
    let classifier: Linear

    /// Output channels of the stages, of the last convolution.
    struct Size: Sendable {
        let stages: [Int]
        let head: Int

        static let all: [(name: String, size: Size)] = [
            ("shufflenet_v2_x0_5", Size(stages: [48, 96, 192], head: 1024)),
            ("shufflenet_v2_x1_0", Size(stages: [116, 232, 464], head: 1024)),
            ("shufflenet_v2_x1_5", Size(stages: [176, 352, 704], head: 1024)),
            ("shufflenet_v2_x2_0", Size(stages: [244, 488, 976], head: 2048)),
        ]
    }

    init(_ weights: Weights, _ size: Size) throws(CheckpointError) {
        stem = try ConvNorm(
            weights.at("conv1.0"), norm: weights.at("conv1.1"), .init(input: 3, output: 24, kernel: 3, stride: 2),
            epsilon: 1e-5, activation: .relu)
        var units: [Unit] = []
        var input = 24
        for (index, output) in size.stages.enumerated() {
            for number in 0..<(index == 1 ? 8 : 4) {
                units.append(
                    try Unit(
                        weights["stage\(index + 2)"][number], input: input, output: output,
                        isHalving: number == 0))
                input = output
            }
        }
        self.units = units
        head = try ConvNorm(
            weights.at("conv5.0"), norm: weights.at("conv5.1"), .init(input: input, output: size.head),
            epsilon: 1e-5, activation: .relu)
        classifier = try Linear(classifier: weights["fc"], input: size.head)
    }

    func features(_ y: Tensor) throws(Cancelled) -> Tensor {
        let pooled = y.maxPooled(Window(kernel: 3, stride: 2, padding: .init(1)))
        return try head(units(pooled)).meanOverPixels()
    }

    static let architectures = Size.all.map { name, size in
        Architecture(name, input: .centre(224, of: 256, .bilinear)) { weights throws(CheckpointError) in
            try ShuffleNetV2(weights, size)
        }
    }
}

/// Filters one half of the channels, or halves the image in two branches; then the halves are interleaved.
private struct Unit: Layer {
    private let shortcut: ShuffleBranch?
    private let branch: ShuffleBranch
    /// Channels of each half of the result.
    private let half: Int

    init(_ weights: Weights, input: Int, output: Int, isHalving: Bool) throws(CheckpointError) {
        half = output / 2
        shortcut =
            try isHalving ? ShuffleBranch(shortcut: weights["branch1"], input: input, output: half) : nil
        branch = try ShuffleBranch(
            weights["branch2"], input: isHalving ? input : half, hidden: half, output: half,
            stride: isHalving ? 2 : 1)
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
        if let shortcut { return .concatenated([shortcut(x), branch(x)]).shuffled(groups: 2) }
        return .concatenated([x.sliced(3, 0..<half), branch(x.sliced(3, half..<2 * half))]).shuffled(groups: 2)
    }
}
