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
    static let epsilon: Float = 1e-5

    let blocks: [TwoWayBlock]
    private let lastAttention: AttentionToImage
    private let lastNorm: LayerNorm

    init(_ weights: Weights, _ plan: MaskDecoderPlan) throws(CheckpointError) {
        blocks = [
            try TwoWayBlock(weights["layers"][0], plan, replaces: plan.replacesFirst),
            try TwoWayBlock(weights["layers"][1], plan, replaces: false),
        ]
        lastAttention = try AttentionToImage(
            weights["final_attn_token_to_image"], width: plan.width, inner: plan.crossWidth, heads: plan.heads)
        lastNorm = try LayerNorm(weights["norm_final_attn"], width: plan.width, epsilon: Self.epsilon)
    }

    /// What becomes of the tokens of a prompt, `[T, width]`, and of the image's, `[S, width]`.
    ///
    /// - Parameter positions: where the image's tokens are, `[S, width]`.
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
/// | `self_attn.*`                 | see `AttentionToTokens`, as wide inside |
/// | `cross_attn_token_to_image.*` | the same, `crossWidth` inside |
/// | `cross_attn_image_to_token.*` | the same |
/// | `mlp.lin1`, `mlp.lin2`        | see `Linear`, `hidden` wide inside |
/// | `norm{1,2,3,4}.*`             | see `LayerNorm` |
struct TwoWayBlock: Sendable {
    /// The attention replaces the tokens instead of adding to them, and needs no positions, which are the tokens themselves.
    private let replaces: Bool
    private let amongTokens, fromImage: AttentionToTokens
    private let toImage: AttentionToImage
    private let expand, project: Linear
    private let norms: [LayerNorm]

    init(_ weights: Weights, _ plan: MaskDecoderPlan, replaces: Bool) throws(CheckpointError) {
        let (width, inner, heads) = (plan.width, plan.crossWidth, plan.heads)
        self.replaces = replaces
        amongTokens = try AttentionToTokens(weights["self_attn"], width: width, inner: width, heads: heads)
        toImage = try AttentionToImage(
            weights["cross_attn_token_to_image"], width: width, inner: inner, heads: heads)
        fromImage = try AttentionToTokens(
            weights["cross_attn_image_to_token"], width: width, inner: inner, heads: heads)
        expand = try Linear(weights["mlp"]["lin1"], input: width, output: plan.hidden, activation: .relu)
        project = try Linear(weights["mlp"]["lin2"], input: plan.hidden, output: width)
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
        if replaces {
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
