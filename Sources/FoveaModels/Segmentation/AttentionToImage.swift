import FoveaNN
import FoveaTensor

/// Attention of the few tokens of a prompt to the many of an image.
///
/// The keys and its order of sums are those of `AttentionToTokens`: an image's tokens are multiplied with what the matrix of
/// keys makes of the queries, and their weighted sums with the matrix of values.
struct AttentionToImage: Sendable {
    private let heads: Heads
    private let queries: Linear
    /// `[inner, width]`. The bias would add the same to all scores of a query, which softmax takes off again.
    private let keyWeights: PackedMatrix
    private let values: Linear
    private let output: Linear

    init(_ weights: Weights, width: Int, inner: Int, heads: Int) throws(CheckpointError) {
        self.heads = Heads(count: heads, width: inner)
        queries = try Linear(weights["q_proj"], input: width, output: inner)
        let keys = weights["k_proj"]
        keyWeights = PackedMatrix(try keys.take("weight", shape: [inner, width]))
        _ = try keys.take("bias", shape: [inner])
        values = try Linear(weights["v_proj"], input: width, output: inner)
        output = try Linear(weights["out_proj"], input: inner, output: width)
    }

    /// What the tokens `from`, `[T, width]`, find in the image's `values`, `[S, width]`, by their `keys`, plus `residual`.
    func callAsFunction(from queries: Tensor, keys: Tensor, values: Tensor, residual: Tensor) -> Tensor {
        let columns = heads.spread(self.queries(queries), by: heads.scale).linear(keyWeights)
        let shares = keys.linear(PackedMatrix(columns.permuted([1, 0]), isTemporary: true)).softmaxOfColumns()
        // The shares of a query add up to one, so that the bias of the values comes out as it is.
        let found = self.values(shares.transposedProduct(values))
        return output(heads.gathered(found), residual: residual)
    }
}
