import FoveaTensor

/// An image in the transformer.
struct ImageTokens: Sendable {
    /// `[4096, 256]`
    let tokens: Tensor
    /// The same plus where each token is: what the others find it by.
    let positioned: Tensor

    init(_ tokens: Tensor, positions: Tensor) { (self.tokens, positioned) = (tokens, tokens + positions) }
}
