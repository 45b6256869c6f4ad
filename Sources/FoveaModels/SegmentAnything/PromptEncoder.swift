import FoveaNN
import FoveaTensor

/// Prompts as what the mask decoder reads: a token for each point and corner, and a map made of the mask.
///
/// From https://arxiv.org/abs/2304.02643, as segment-anything's `modeling/prompt_encoder.py` has it.
///
/// | Key                               | Shape          |
/// | --------------------------------- | -------------- |
/// | `pe_layer.*`                      | see `FourierPositions` |
/// | `point_embeddings.{0,1,2,3}.weight` | `[1, 256]`: background, foreground, the corners of a box |
/// | `not_a_point_embed.weight`        | `[1, 256]`     |
/// | `no_mask_embed.weight`            | `[1, 256]`     |
/// | `mask_downscaling.*`              | see `MaskDownscaling` |
struct PromptEncoder: Sendable {
    /// The side of the network's input, in pixels.
    static let inputSide = 1024
    /// The side of an embedding, in tokens.
    static let side = 64
    /// The length of a token.
    static let width = 256

    private let encoding: FourierPositions
    private let kinds: [[Float]]
    private let notAPoint: [Float]
    /// What is added to each of the image's tokens when there is no mask, `[256]`.
    let noMask: Tensor
    /// Where each of the image's tokens is, `[4096, 256]`.
    let positions: Tensor
    private let downscaling: MaskDownscaling

    init(_ weights: Weights) throws(CheckpointError) {
        let width = Self.width
        encoding = try FourierPositions(weights["pe_layer"], frequencies: width / 2)
        var kinds: [[Float]] = []
        for kind in 0..<4 {
            kinds.append(try weights["point_embeddings"][kind].take("weight", shape: [1, width]).values)
        }
        self.kinds = kinds
        notAPoint = try weights["not_a_point_embed"].take("weight", shape: [1, width]).values
        noMask = try weights["no_mask_embed"].take("weight", shape: [1, width]).reshaped([width])
        downscaling = try MaskDownscaling(weights["mask_downscaling"])
        positions = encoding.grid(side: Self.side)
    }

    /// How many tokens `tokens(of:)` has.
    static func tokenCount(_ prompt: Prompt) -> Int {
        prompt.points.count + (prompt.box == nil ? (prompt.points.isEmpty ? 0 : 1) : 2)
    }

    /// Writes the prompt's tokens: its points, then the corners of its box or, if it has points and no box, one that means
    /// no point. The network was trained with that one: the others mean something else without it.
    func write(_ prompt: Prompt, into out: UnsafeMutableBufferPointer<Float>) {
        var rest = out[...]
        func append(_ x: Double, _ y: Double, kind: Int) {
            let token = UnsafeMutableBufferPointer(rebasing: rest.prefix(Self.width))
            // The centre of the pixel.
            encoding.encode(
                (x + 0.5) / Double(Self.inputSide), (y + 0.5) / Double(Self.inputSide), into: token)
            for i in token.indices { token[i] += kinds[kind][i] }
            rest = rest.dropFirst(Self.width)
        }
        for point in prompt.points { append(point.x, point.y, kind: point.label.rawValue) }
        if let box = prompt.box {
            append(box.left, box.top, kind: 2)
            append(box.right, box.bottom, kind: 3)
        } else if !prompt.points.isEmpty {
            _ = UnsafeMutableBufferPointer(rebasing: rest).update(fromContentsOf: notAPoint)
        }
    }

    /// What is added to each of the image's tokens, `[4096, 256]`, because of an earlier mask, `[256, 256]`.
    func dense(_ mask: Tensor) -> Tensor {
        let side = Self.side
        precondition(mask.shape == [4 * side, 4 * side], "a mask is \(4 * side)×\(4 * side), not \(mask.shape)")
        return downscaling(mask.reshaped([1, 4 * side, 4 * side, 1])).reshaped([side * side, Self.width])
    }
}

/// A mask of 256 × 256 as a map of 64 × 64: two convolutions of 2×2 that halve it, each with norm and GELU, and one of 1×1.
///
/// | Key        | Shape            |
/// | ---------- | ---------------- |
/// | `0.weight` | `[4, 1, 2, 2]`   |
/// | `1.*`      | see `LayerNorm`, 4 channels |
/// | `3.weight` | `[16, 4, 2, 2]`  |
/// | `4.*`      | see `LayerNorm`, 16 channels |
/// | `6.weight` | `[256, 16, 1, 1]` |
///
/// The convolutions have biases.
private struct MaskDownscaling: Sendable {
    private let convolutions: [ConvNorm]
    private let norms: [LayerNorm]

    init(_ weights: Weights) throws(CheckpointError) {
        let halving = { (input: Int, output: Int) in
            ConvNorm.Geometry(input: input, output: output, kernel: 2, stride: 2, padding: .valid)
        }
        convolutions = [
            try ConvNorm(weights[0], hasBias: true, halving(1, 4)),
            try ConvNorm(weights[3], hasBias: true, halving(4, 16)),
            try ConvNorm(weights[6], hasBias: true, .init(input: 16, output: PromptEncoder.width)),
        ]
        norms = [
            try LayerNorm(weights[1], width: 4, epsilon: 1e-6, activation: .gelu),
            try LayerNorm(weights[4], width: 16, epsilon: 1e-6, activation: .gelu),
        ]
    }

    /// `[1, 4 H, 4 W, 1]` to `[1, H, W, 256]`.
    func callAsFunction(_ mask: Tensor) -> Tensor {
        convolutions[2](norms[1](convolutions[1](norms[0](convolutions[0](mask)))))
    }
}
