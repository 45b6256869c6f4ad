import FoveaNN
import FoveaTensor

/// Attention of any number of tokens to the few of a prompt: of these to themselves, or of an image's to them.
///
/// The sums are done in another order than in the reference's `modeling/transformer.py`. A score is `(x · W + b) · k`, which is
/// `x · (W · k) + b · k`: W is applied to the few tokens instead of the many x, and so is the last matrix. For 7 tokens and 8
/// heads that is less than half the work, and then nothing of it is left that could be kept from one prompt to the next.
///
/// | Key               | Shape            |
/// | ----------------- | ---------------- |
/// | `q_proj.weight`   | `[inner, width]` |
/// | `q_proj.bias`     | `[inner]`        |
/// | `k_proj.*`        | the same         |
/// | `v_proj.*`        | the same         |
/// | `out_proj.weight` | `[width, inner]` |
/// | `out_proj.bias`   | `[width]`        |
struct AttentionToTokens: Sendable {
    private let heads: Heads
    private let keys, values: Linear
    /// `[inner, width]`
    private let queryWeights: PackedMatrix
    private let queryBias: [Float]
    /// `[inner, width]`
    private let outputWeights: PackedMatrix
    private let outputBias: Tensor

    init(_ weights: Weights, width: Int, inner: Int, heads: Int) throws(CheckpointError) {
        self.heads = Heads(count: heads, width: inner)
        keys = try Linear(weights["k_proj"], input: width, output: inner)
        values = try Linear(weights["v_proj"], input: width, output: inner)
        let (query, output) = (weights["q_proj"], weights["out_proj"])
        queryWeights = PackedMatrix(try query.take("weight", shape: [inner, width]))
        queryBias = try query.take("bias", shape: [inner]).values
        outputWeights = PackedMatrix(try output.take("weight", shape: [width, inner]).permuted([1, 0]))
        outputBias = try output.take("bias", shape: [width])
    }

    /// What the tokens `from`, `[S, width]`, find in the tokens `values`, `[T, width]`, by their `keys`, plus `residual`.
    func callAsFunction(from queries: Tensor, keys: Tensor, values: Tensor, residual: Tensor? = nil) -> Tensor {
        let T = keys.shape[0]
        let keys = self.keys(keys)
        let columns = heads.spread(keys, by: heads.scale).linear(queryWeights)
        let scores = queries.linear(
            PackedMatrix(columns.permuted([1, 0]), isTemporary: true),
            bias: heads.products(keys, queryBias, by: heads.scale))
        let shares = scores.reshaped(Shape(queries.shape[0], T, heads.count)).softmaxOfColumns()
        let found = heads.spread(self.values(values)).linear(outputWeights)
        return shares.reshaped(scores.shape)
            .linear(PackedMatrix(found, isTemporary: true), bias: outputBias, residual: residual)
    }
}
