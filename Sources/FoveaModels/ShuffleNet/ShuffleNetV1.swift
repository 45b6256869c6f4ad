import FoveaNN
import FoveaTensor

/// ShuffleNet (https://arxiv.org/abs/1707.01083) as its authors released it (megvii-model/ShuffleNet-Series,
/// `ShuffleNetV1/`): channels are shuffled after the depthwise convolution, in the paper before it. The input is blue,
/// green, red.
struct ShuffleNetV1: Classifier {
    private let stem: BGRStem
    private let units: [Unit]
    private let classifier: Linear
    var classes: Int { classifier.outputs }

    /// Channels of the stem and of the stages.
    private struct Size: Sendable {
        let name: String
        let groups: Int
        let stem: Int
        let first: Int

        static let all = [
            Size(name: "0_5", groups: 3, stem: 12, first: 120), Size(name: "1_0", groups: 3, stem: 24, first: 240),
            Size(name: "1_5", groups: 3, stem: 24, first: 360), Size(name: "2_0", groups: 3, stem: 48, first: 480),
            Size(name: "0_5", groups: 8, stem: 16, first: 192), Size(name: "1_0", groups: 8, stem: 24, first: 384),
            Size(name: "1_5", groups: 8, stem: 24, first: 576), Size(name: "2_0", groups: 8, stem: 48, first: 768),
        ]
    }

    private init(_ weights: Weights, _ size: Size) throws(CheckpointError) {
        stem = try BGRStem(weights["first_conv"], output: size.stem)
        var units: [Unit] = []
        var input = size.stem
        for (index, repeats) in [4, 8, 4].enumerated() {
            for number in 0..<repeats {
                let output = size.first << index
                units.append(
                    try Unit(
                        weights["features"][units.count], input: input, output: output, groups: size.groups,
                        isFirst: units.isEmpty, isHalving: number == 0))
                input = output
            }
        }
        self.units = units
        classifier = try Linear(classifier: weights.at("classifier.0"), input: input, hasBias: false)
    }

    func logits(_ x: Tensor) throws(Cancelled) -> Tensor { try logits(stem: stem(x)) }
    func logits(_ pixels: PixelBatch) throws(Cancelled) -> Tensor { try logits(stem: stem(pixels)) }

    private func logits(stem y: Tensor) throws(Cancelled) -> Tensor {
        let pooled = y.maxPooled(Window(kernel: 3, stride: 2, padding: .init(1)))
        return try classifier(units(pooled).meanOverPixels())
    }

    static let architectures = Size.all.map { size in
        Architecture("shufflenet_v1_x\(size.name)_g\(size.groups)", input: .centre(224, of: 256, .bilinear, .none)) {
            weights throws(CheckpointError) in try ShuffleNetV1(weights, size)
        }
    }
}

/// Grouped 1×1, depthwise 3×3, shuffle, grouped 1×1; the input is added, or laid beside the result at half the size.
private struct Unit: Layer {
    private let expand: ConvNorm
    private let depthwise: ConvNorm
    private let project: ConvNorm
    private let groups: Int
    private let isHalving: Bool

    init(
        _ weights: Weights, input: Int, output: Int, groups: Int, isFirst: Bool, isHalving: Bool
    ) throws(CheckpointError) {
        func layer(
            _ path: Weights, _ index: Int, _ geometry: ConvNorm.Geometry, _ activation: Activation
        ) throws(CheckpointError) -> ConvNorm {
            try ConvNorm(path[index], norm: path[index + 1], geometry, epsilon: 1e-5, activation: activation)
        }
        let hidden = output / 4
        let (main, last) = (weights["branch_main_1"], weights["branch_main_2"])
        expand = try layer(main, 0, .init(input: input, output: hidden, groups: isFirst ? 1 : groups), .relu)
        depthwise = try layer(
            main, 3,
            .init(input: hidden, output: hidden, kernel: 3, stride: isHalving ? 2 : 1, groups: hidden), .none)
        project = try layer(
            last, 0, .init(input: hidden, output: isHalving ? output - input : output, groups: groups), .relu)
        (self.groups, self.isHalving) = (groups, isHalving)
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
        let filtered = depthwise(expand(x), after: nil)
        // Neighbours go to different groups: the inverse of the permutation of the second version.
        let y = filtered.shuffled(groups: filtered.shape[3] / groups)
        return isHalving ? .concatenated([x.halved(), project(y)]) : project(y, residual: x)
    }
}

extension Tensor {
    /// The mean over windows of 3×3 at every second pixel; zeros around the images count.
    fileprivate func halved() -> Tensor {
        let ninth = Tensor(repeating: 1 / 9, shape: Shape(3, 3, shape[3]))
        return depthwise(ninth, window: Window(kernel: 3, stride: 2, padding: .init(1)))
    }
}
