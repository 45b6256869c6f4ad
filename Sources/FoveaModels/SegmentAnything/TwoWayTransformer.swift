import FoveaNN
import FoveaTensor

/// The tokens of a prompt and those of an image that look at each other: `modeling/transformer.py` of the reference.
///
/// | Key                           | |
/// | ----------------------------- | --- |
/// | `layers.{0,1}.*`              | see `TwoWayBlock` |
/// | `final_attn_token_to_image.*` | see `AttentionToTokens` |
/// | `norm_final_attn.*`           | see `LayerNorm` |
struct TwoWayTransformer: Sendable {
    static let heads = 8
    static let width = PromptEncoder.width
    /// Of attentions between prompt and image.
    static let crossWidth = width / 2
    static let epsilon: Float = 1e-5

    let blocks: [TwoWayBlock]
    private let lastAttention: AttentionToImage
    private let lastNorm: LayerNorm

    init(_ weights: Weights) throws(CheckpointError) {
        blocks = [
            try TwoWayBlock(weights["layers"][0], isFirst: true),
            try TwoWayBlock(weights["layers"][1], isFirst: false),
        ]
        lastAttention = try AttentionToImage(
            weights["final_attn_token_to_image"], width: Self.width, inner: Self.crossWidth, heads: Self.heads)
        lastNorm = try LayerNorm(weights["norm_final_attn"], width: Self.width, epsilon: Self.epsilon)
    }

    /// What becomes of the tokens of a prompt, `[T, 256]`, and of the image's, `[4096, 256]`.
    ///
    /// - Parameter positions: where the image's tokens are, `[4096, 256]`.
    func callAsFunction(
        _ prompt: Tensor, _ image: ImageTokens, positions: Tensor
    ) throws(Cancelled) -> (prompt: Tensor, image: Tensor) {
        var (tokens, image) = (prompt, image)
        for block in blocks {
            try Cancellation.check()
            (tokens, image) = try block(tokens, of: prompt, image, positions: positions)
        }
        try Cancellation.check()
        tokens = lastNorm(
            lastAttention(from: tokens + prompt, keys: image.positioned, values: image.tokens, residual: tokens))
        return (tokens, image.tokens)
    }
}

/// The prompt looks at itself and at the image, thinks, and the image looks at the prompt; a norm after each.
///
/// | Key                           | |
/// | ----------------------------- | --- |
/// | `self_attn.*`                 | see `AttentionToTokens`, 256 wide inside |
/// | `cross_attn_token_to_image.*` | the same, 128 wide inside |
/// | `cross_attn_image_to_token.*` | the same, 128 wide inside |
/// | `mlp.lin1`, `mlp.lin2`        | see `Linear`, 2048 wide inside |
/// | `norm{1,2,3,4}.*`             | see `LayerNorm` |
struct TwoWayBlock: Sendable {
    private static let hidden = 2048

    /// The first block's attention replaces the tokens, and needs no positions, which are the tokens themselves.
    private let isFirst: Bool
    private let amongTokens, fromImage: AttentionToTokens
    private let toImage: AttentionToImage
    private let expand, project: Linear
    private let norms: [LayerNorm]

    init(_ weights: Weights, isFirst: Bool) throws(CheckpointError) {
        let (width, inner, heads) = (
            TwoWayTransformer.width, TwoWayTransformer.crossWidth, TwoWayTransformer.heads
        )
        self.isFirst = isFirst
        amongTokens = try AttentionToTokens(weights["self_attn"], width: width, inner: width, heads: heads)
        toImage = try AttentionToImage(
            weights["cross_attn_token_to_image"], width: width, inner: inner, heads: heads)
        fromImage = try AttentionToTokens(
            weights["cross_attn_image_to_token"], width: width, inner: inner, heads: heads)
        expand = try Linear(weights["mlp"]["lin1"], input: width, output: Self.hidden, activation: .relu)
        project = try Linear(weights["mlp"]["lin2"], input: Self.hidden, output: width)
        var norms: [LayerNorm] = []
        for number in 1...4 {
            norms.append(
                try LayerNorm(weights["norm\(number)"], width: width, epsilon: TwoWayTransformer.epsilon))
        }
        self.norms = norms
    }

    /// - Parameter prompt: the tokens that the first block got, which are also the places of these.
    func callAsFunction(
        _ tokens: Tensor, of prompt: Tensor, _ image: ImageTokens, positions: Tensor
    ) throws(Cancelled) -> (tokens: Tensor, image: ImageTokens) {
        var tokens = tokens
        if isFirst {
            tokens = norms[0](amongTokens(from: tokens, keys: tokens, values: tokens))
        } else {
            let placed = tokens + prompt
            tokens = norms[0](amongTokens(from: placed, keys: placed, values: tokens, residual: tokens))
        }
        try Cancellation.check()
        tokens = norms[1](
            toImage(from: tokens + prompt, keys: image.positioned, values: image.tokens, residual: tokens))
        tokens = norms[2](project(expand(tokens), residual: tokens))
        try Cancellation.check()
        let seen = fromImage(
            from: image.positioned, keys: tokens + prompt, values: tokens, residual: image.tokens)
        return (tokens, ImageTokens(norms[3](seen), positions: positions))
    }
}
