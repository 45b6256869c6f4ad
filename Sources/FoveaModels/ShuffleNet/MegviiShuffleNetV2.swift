import FoveaNN
import FoveaTensor

/// ShuffleNet V2 as its authors released it (megvii-model/ShuffleNet-Series, `ShuffleNetV2/`): another network than
/// torchvision's, not only other names.
///
/// A halving unit's shortcut keeps its width; no channels are shuffled, but a unit filters every second one. The input is
/// blue, green, red, as the file has them.
struct MegviiShuffleNetV2: Classifier {
    private let stem: BGRStem
    private let units: [Unit]
    private let head: ConvNorm
    private let classifier: Linear
    var classes: Int { classifier.outputs }

    init(_ weights: Weights, _ size: ShuffleNetV2.Size) throws(CheckpointError) {
        stem = try BGRStem(weights["first_conv"], output: 24)
        var units: [Unit] = []
        var input = 24
        for (index, output) in size.stages.enumerated() {
            for number in 0..<(index == 1 ? 8 : 4) {
                units.append(
                    try Unit(weights["features"][units.count], input: input, output: output, isHalving: number == 0))
                input = output
            }
        }
        self.units = units
        head = try ConvNorm(
            weights.at("conv_last.0"), norm: weights.at("conv_last.1"), .init(input: input, output: size.head),
            epsilon: 1e-5, activation: .relu)
        classifier = try Linear(classifier: weights.at("classifier.0"), input: size.head, hasBias: false)
    }

    func logits(_ x: Tensor) throws(Cancelled) -> Tensor { try logits(stem: stem(x)) }
    func logits(_ pixels: PixelBatch) throws(Cancelled) -> Tensor { try logits(stem: stem(pixels)) }

    private func logits(stem y: Tensor) throws(Cancelled) -> Tensor {
        let pooled = y.maxPooled(Window(kernel: 3, stride: 2, padding: .init(1)))
        return try classifier(head(units(pooled)).meanOverPixels())
    }

    static let architectures = ShuffleNetV2.Size.all.map { name, size in
        Architecture("megvii_\(name)", input: .centre(224, of: 256, .bilinear, .none)) {
            weights throws(CheckpointError) in try MegviiShuffleNetV2(weights, size)
        }
    }
}

/// Filters every second channel, or halves the image in two branches.
private struct Unit: Layer {
    private let shortcut: ShuffleBranch?
    private let branch: ShuffleBranch

    init(_ weights: Weights, input: Int, output: Int, isHalving: Bool) throws(CheckpointError) {
        let hidden = output / 2
        shortcut =
            try isHalving ? ShuffleBranch(shortcut: weights["branch_proj"], input: input, output: input) : nil
        branch = try ShuffleBranch(
            weights["branch_main"], input: isHalving ? input : hidden, hidden: hidden,
            output: isHalving ? output - input : hidden, stride: isHalving ? 2 : 1)
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
        if let shortcut { return .concatenated([shortcut(x), branch(x)]) }
        // The even channels, then the odd ones.
        let half = x.shape[3] / 2
        let parted = x.shuffled(groups: half)
        return .concatenated([parted.sliced(3, 0..<half), branch(parted.sliced(3, half..<2 * half))])
    }
}
