import FoveaTensor

/// An image in the transformer.
struct ImageTokens: Sendable {
    /// `[S, width]`
    let tokens: Tensor
    /// The same plus where each token is: what the others find it by.
    let positioned: Tensor

    init(_ tokens: Tensor, positions: Tensor) { self.init(tokens: tokens, positioned: tokens + positions) }

    private init(tokens: Tensor, positioned: Tensor) { (self.tokens, self.positioned) = (tokens, positioned) }

    /// A copy that outlives the job.
    func kept() -> ImageTokens { ImageTokens(tokens: tokens.kept(), positioned: positioned.kept()) }
}
