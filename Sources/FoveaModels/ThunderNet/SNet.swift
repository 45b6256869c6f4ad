import FoveaNN
import FoveaTensor

/// The backbone of ThunderNet (https://arxiv.org/abs/1903.11752, section 3.1): ShuffleNet V2 with depthwise filters of 5×5.
///
/// | Key              | Content |
/// | ---------------- | ------- |
/// | `first_conv.0, 1` | convolution of 3×3 and its norm |
/// | `stage.S.*`      | see `SNetStage` |
/// | `conv5.0, 1`     | convolution of 1×1 and its norm, only in SNet49 |
struct SNet: Sendable {
    private let stem: SNetStem
    private let stages: [SNetStage]
    private let head: ConvNorm?

    /// Channels of the first convolution, of the stages, and of the last convolution where there is one (table 1).
    struct Size: Sendable {
        let name: String
        let stem: Int
        let stages: [Int]
        let head: Int?

        static let all = [
            Size(name: "snet49", stem: 24, stages: [60, 120, 240], head: 512),
            Size(name: "snet146", stem: 24, stages: [132, 264, 528], head: nil),
            Size(name: "snet535", stem: 48, stages: [248, 496, 992], head: nil),
        ]

        /// Channels of the last feature map.
        var outputs: Int { head ?? stages[2] }
    }

    init(
        _ weights: Weights, _ size: Size, isBGR: Bool, mixing: DetectorHabits.ChannelMixing
    ) throws(CheckpointError) {
        stem = try SNetStem(weights["first_conv"], output: size.stem, isBGR: isBGR)
        var stages: [SNetStage] = []
        var input = size.stem
        for (index, output) in size.stages.enumerated() {
            stages.append(
                try SNetStage(
                    weights["stage"][index], input: input, output: output, units: index == 1 ? 8 : 4, mixing: mixing))
            input = output
        }
        self.stages = stages
        head = try size.head.map { output throws(CheckpointError) in
            try ConvNorm(
                weights.at("conv5.0"), norm: weights.at("conv5.1"), .init(input: input, output: output), epsilon: 1e-5,
                activation: .relu)
        }
    }

    /// What the last two stages see, a sixteenth and a thirty-second of the images' size.
    struct Features {
        /// `[N, H / 16, W / 16, C4]`
        let c4: Tensor
        /// `[N, H / 32, W / 32, C5]`
        let c5: Tensor
    }

    func callAsFunction(_ x: Tensor) throws(Cancelled) -> Features { try features(stem(x)) }
    func callAsFunction(_ pixels: PixelBatch) throws(Cancelled) -> Features { try features(stem(pixels)) }

    private func features(_ y: Tensor) throws(Cancelled) -> Features {
        let pooled = y.maxPooled(Window(kernel: 3, stride: 2, padding: .init(1)))
        let c4 = try stages[1](stages[0](pooled))
        let c5 = try stages[2](c4)
        return Features(c4: c4, c5: head?(c5) ?? c5)
    }
}

/// The first convolution, trained on images whose channels are red, green, blue or the other way round.
private enum SNetStem: Sendable {
    case rgb(ConvNorm)
    case bgr(BGRStem)

    init(_ weights: Weights, output: Int, isBGR: Bool) throws(CheckpointError) {
        self =
            isBGR
            ? .bgr(try BGRStem(weights, output: output))
            : .rgb(
                try ConvNorm(
                    weights[0], norm: weights[1], .init(input: 3, output: output, kernel: 3, stride: 2),
                    epsilon: 1e-5, activation: .relu))
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
        switch self {
        case .rgb(let convolution): convolution(x)
        case .bgr(let convolution): convolution(x)
        }
    }

    func callAsFunction(_ pixels: PixelBatch) -> Tensor {
        switch self {
        case .rgb(let convolution): convolution(pixels)
        case .bgr(let convolution): convolution(pixels)
        }
    }
}
