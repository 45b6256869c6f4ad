import FoveaNN
import FoveaTensor

/// EfficientNet-Lite0's blocks, and what joins four of their outputs.
///
/// | Key                                    | Shape |
/// | -------------------------------------- | ----- |
/// | `encoder._conv_stem`, `encoder._blocks.*` … | see `EfficientNetKeys.lukemelas` |
/// | `mean_{2,4,10,15}`, `deviation_…`      | `[C]`: what the outputs of these blocks are like |
/// | `laterals.{4,10,15}.{weight,bias}`     | `[128, C, 1, 1]` |
/// | `neck.{0}.*`, `neck_norm.*`            | see `LayerNorm` |
/// | `neck.{1,3}.{weight,bias}`             | `[128, 128, 3, 3]` |
/// | `details.{weight,bias}`                | `[32, 24, 1, 1]` |
struct LiteImageEncoder: Sendable {
    private static let plan = EfficientNetPlan(EfficientNetSize.lite[0], .lukemelas, padding: .same)
    /// TensorFlow's, whose weights these are.
    private static let epsilon = 1e-3

    private let stem: ConvNorm
    private let blocks: [MBConv]
    private let details, finer, middle, coarser: StageProjection
    private let mix: [ConvNorm]
    private let norms: (first: LayerNorm, last: LayerNorm)

    init(_ weights: Weights) throws(CheckpointError) {
        let (plan, encoder, width) = (Self.plan, weights["encoder"], LiteSegmenter.width)
        stem = try plan.stem.make(encoder, epsilon: Self.epsilon, activation: .relu6)
        var blocks: [MBConv] = []
        for block in plan.blocks {
            blocks.append(try MBConv(encoder, block, epsilon: Self.epsilon, activation: .relu6))
        }
        self.blocks = blocks
        let laterals = weights["laterals"]
        details = try StageProjection(
            weights["details"], of: weights, block: 2, input: 24, output: LiteSegmenter.details)
        finer = try StageProjection(laterals[4], of: weights, block: 4, input: 40, output: width, halving: true)
        middle = try StageProjection(laterals[10], of: weights, block: 10, input: 112, output: width)
        coarser = try StageProjection(laterals[15], of: weights, block: 15, input: 320, output: width)
        let square = ConvNorm.Geometry(input: width, output: width, kernel: 3)
        mix = [
            try ConvNorm(weights["neck"][1], hasBias: true, square, activation: .relu),
            try ConvNorm(weights["neck"][3], hasBias: true, square),
        ]
        norms = (
            try LayerNorm(weights["neck"][0], width: width, epsilon: 1e-6),
            try LayerNorm(weights["neck_norm"], width: width, epsilon: 1e-6)
        )
    }

    /// The embedding `[1, 32, 32, 128 + 16 · 32]` of a normalised image `[1, 512, 512, 3]`.
    func embedding(_ x: Tensor) throws(Cancelled) -> Tensor {
        var (x, outputs) = (stem(x), [Int: Tensor]())
        for (number, block) in blocks.enumerated() {
            try Cancellation.check()
            x = block(x)
            outputs[number] = x
        }
        guard let second = outputs[2], let fourth = outputs[4], let tenth = outputs[10], let last = outputs[15] else {
            preconditionFailure("EfficientNet-Lite0 has 16 blocks, not \(blocks.count)")
        }
        let joined = middle(tenth, residual: finer(fourth, residual: coarser(last).doubled()))
        try Cancellation.check()
        let tokens = norms.last(mix[1](mix[0](norms.first(joined)), residual: joined))
        let places = details(second).inQuarters()
        return .concatenated([
            tokens, places.reshaped(Shape(1, tokens.shape[1], tokens.shape[2], 16 * LiteSegmenter.details)),
        ])
    }
}

/// A 1×1 convolution of a block's output less its mean and over its deviation, which are folded into it.
private struct StageProjection: Sendable {
    private let filters: PackedFilters
    private let bias: Tensor
    private let window: Window

    /// - Parameters:
    ///   - statistics: has `mean_N` and `deviation_N` for block N.
    ///   - halving: of the mean of each 2×2 pixels.
    init(
        _ weights: Weights, of statistics: Weights, block: Int, input: Int, output: Int, halving: Bool = false
    ) throws(CheckpointError) {
        let weight = try weights.take("weight", shape: [output, input, 1, 1]).values
        var bias = try weights.take("bias", shape: [output]).values
        let mean = try statistics.take("mean_\(block)", shape: [input]).values
        let deviation = try statistics.take("deviation_\(block)", shape: [input]).values
        let kernel = halving ? 2 : 1
        var matrix = [Float](repeating: 0, count: input * output)
        for m in 0..<output {
            for c in 0..<input {
                let factor = weight[m * input + c] / deviation[c]
                bias[m] -= factor * mean[c]
                matrix[c * output + m] = factor / Float(kernel * kernel)
            }
        }
        let elements = [[Float]](repeating: matrix, count: kernel * kernel).flatMap(\.self)
        filters = PackedFilters(
            Tensor(elements, shape: [kernel, kernel, input, output]), precision: weights.precision)
        self.bias = Tensor(bias, shape: [output])
        window = Window(kernel: kernel, stride: kernel)
    }

    func callAsFunction(_ x: Tensor, residual: Tensor? = nil) -> Tensor {
        x.convolved(filters, bias: bias, window: window, residual: residual)
    }
}

extension Tensor {
    /// The places of an image `[1, 4 H, 4 W, C]` as `[H · W · 16, C]`: of each square of 4×4 the four quarters, row by row, and
    /// of these again; in the order in which `MaskUpscaling` makes them.
    func inQuarters() -> Tensor {
        let (H, W, C) = (shape[1] / 4, shape[2] / 4, shape[3])
        return reshaped([H, 2, 2, W, 2, 2, C]).permuted([0, 3, 1, 4, 2, 5, 6]).reshaped([H * W * 16, C])
    }
}
