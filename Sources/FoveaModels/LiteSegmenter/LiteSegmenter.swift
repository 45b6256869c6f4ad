import FoveaNN
import FoveaTensor

/// A small segmenter of our own in the style of Segment Anything, on EfficientNet-Lite0: the network that
/// `Training/segmenter.py` trains.
///
/// What differs: the encoder is convolutional and keeps details for the edges of masks; prompts are also drawn as maps beside
/// the image, which small networks follow much better than tokens alone; and each prompt's token knows what the image is like
/// at its place.
///
/// | Key                | |
/// | ------------------ | --- |
/// | `image_encoder.*`  | see `LiteImageEncoder` |
/// | `prompt_encoder.*` | see `LitePromptEncoder` |
/// | `mask_decoder.*`   | see `MaskDecoder` |
struct LiteSegmenter: Segmenter {
    /// The side of the network's input, in pixels.
    static let inputSide = 512
    /// The side of an embedding, in tokens.
    static let side = inputSide / 16
    /// The length of a token.
    static let width = 128
    /// The numbers of each place at a quarter of the input's side.
    static let details = 32

    let encoder: LiteImageEncoder
    let prompts: LitePromptEncoder
    let decoder: MaskDecoder

    init(_ weights: Weights) throws(CheckpointError) {
        encoder = try LiteImageEncoder(weights["image_encoder"])
        prompts = try LitePromptEncoder(weights["prompt_encoder"])
        decoder = try MaskDecoder(weights["mask_decoder"], .lite)
        try weights.finish()
    }

    /// An embedding has for each token 16 places' details after its own numbers: see `Tensor.inQuarters`.
    static let geometry = SegmenterGeometry(
        side: inputSide, embedding: Shape(1, side, side, width + 16 * details), maskSide: 4 * side)
    var geometry: SegmenterGeometry { Self.geometry }

    /// It is less sure of itself than larger networks, and its masks are less sharp.
    let thresholds = MaskThresholds(predictedIoU: 0.6, stabilityScore: 0.8)

    func embedding(_ x: Tensor) throws(Cancelled) -> Tensor { try encoder.embedding(x) }

    func prepared(_ embedding: Tensor) -> any PreparedImage { Prepared(embedding, self) }

    /// An image, and the network that is asked.
    private struct Prepared: PreparedImage {
        let network: LiteSegmenter
        let image: LiteImage

        init(_ embedding: Tensor, _ network: LiteSegmenter) {
            (self.network, image) = (network, LiteImage(embedding))
        }

        var bytes: Int { image.bytes }

        func masks(
            for prompt: Prompt, _ choice: MaskChoice, over threshold: Float?
        ) throws(Cancelled) -> PredictedMasks {
            let (prompts, decoder) = (network.prompts, network.decoder)
            let prompted = prompts(prompt, on: image)
            let tokens = decoder.tokens(followedBy: prompted.tokens)
            return try decoder(
                tokens, ImageTokens(prompted.image, positions: prompts.positions), positions: prompts.positions, choice,
                over: threshold, details: prompted.details)
        }
    }
}

extension LiteSegmenter {
    static let architectures = [
        Architecture(
            name: "fovea_sam_lite0", task: .segment, geometry: geometry, input: { _ in .liteSegmenter },
            makeNetwork: { checkpoint, precision, _ in
                .segmenter(try LiteSegmenter(Weights(checkpoint, precision: precision)))
            },
            fits: { entries in
                (try? LiteSegmenter(Weights(.zeros(entries)))) != nil
            })
    ]
}

extension InputSpecification {
    /// The longer side becomes that of the input; zeros fill the square up at the bottom and at the right.
    fileprivate static let liteSegmenter = InputSpecification(
        height: LiteSegmenter.inputSide, width: LiteSegmenter.inputSide, resize: .longerSide, filter: .bilinear,
        mean: Normalisation.lite.mean, std: Normalisation.lite.std)
}

/// An encoded image as prompts see it.
struct LiteImage: Sendable {
    /// `[S, 128]`
    let tokens: Tensor
    /// The same, each of length one.
    let directions: Tensor
    /// `[16 · S, 32]`, the places of each token together.
    let details: Tensor

    /// - Parameter embedding: `[1, 32, 32, 128 + 16 · 32]`.
    init(_ embedding: Tensor) {
        let (width, S) = (LiteSegmenter.width, LiteSegmenter.side * LiteSegmenter.side)
        let last = embedding.shape[3]
        tokens = embedding.sliced(3, 0..<width).reshaped([S, width]).kept()
        details = embedding.sliced(3, width..<last).reshaped([16 * S, LiteSegmenter.details]).kept()
        directions = tokens.withElements { tokens in
            Tensor(shape: Shape(S, width)) { out in
                for row in 0..<S {
                    let token = tokens[row * width..<(row + 1) * width]
                    let factor = 1 / token.reduce(0) { $0 + $1 * $1 }.squareRoot().nonZero
                    for i in token.indices { out[i] = factor * tokens[i] }
                }
            }
        }.kept()
    }

    var bytes: Int { (tokens.count + directions.count + details.count) * MemoryLayout<Float>.stride }
}

extension Float {
    /// Not so small that its inverse is no number.
    var nonZero: Float { max(self, 1e-12) }
}
