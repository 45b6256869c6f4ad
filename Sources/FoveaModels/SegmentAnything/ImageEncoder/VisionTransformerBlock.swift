import FoveaNN
import FoveaTensor

/// Attention among the tokens of a window or of the whole grid, then a perceptron for each token; both are added to
/// their input, which is normalised first.
///
/// | Key | Shape |
/// | --- | ----- |
/// | `norm1.{weight,bias}`, `norm2.{weight,bias}` | `[D]` |
/// | `attn.qkv.{weight,bias}` | `[3 * D, D]`, `[3 * D]`; queries, keys, values, each head by head |
/// | `attn.rel_pos_{h,w}` | `[2 * side - 1, head width]` |
/// | `attn.proj.{weight,bias}` | `[D, D]`, `[D]` |
/// | `mlp.lin1.{weight,bias}`, `mlp.lin2.{weight,bias}` | `[4 * D, D]`, `[D, 4 * D]` |
struct VisionTransformerBlock: Sendable {
    private let norms: (attention: LayerNorm, perceptron: LayerNorm)
    private let qkv, projection: Linear
    private let attention: GridAttention
    private let expand, reduce: Linear

    /// - Parameter grid: the side of the image, in tokens.
    init(_ weights: Weights, channels D: Int, grid: Int) throws(CheckpointError) {
        norms = (
            try LayerNorm(weights["norm1"], width: D, epsilon: 1e-6),
            try LayerNorm(weights["norm2"], width: D, epsilon: 1e-6)
        )
        let attn = weights["attn"]
        let side = (try attn.length(ofFirstAxisOf: "rel_pos_h") + 1) / 2
        let distances = 2 * side - 1
        let width = try attn.length(ofLastAxisOf: "rel_pos_h", dividing: D)
        let scale = 1 / Float(width).squareRoot()
        let vectors = (
            rows: try attn.take("rel_pos_h", shape: [distances, width]),
            columns: try attn.take("rel_pos_w", shape: [distances, width])
        )
        let bias = try attn["qkv"].take("bias", shape: [3 * D]).withScaledQueries(scale)
        qkv = Linear(
            try attn["qkv"].take("weight", shape: [3 * D, D]).withScaledQueries(scale), bias: bias,
            precision: weights.precision)
        attention = GridAttention(
            heads: D / width, width: width, window: side < grid ? side : nil,
            bias: .decomposed(
                rows: vectors.rows.forScaledQueries(scale), columns: vectors.columns.forScaledQueries(scale)),
            // The reference fills windows up with zeros, of which these are the queries, keys and values.
            padding: bias)
        projection = try Linear(attn["proj"], input: D, output: D)
        let hidden = try weights.length(ofFirstAxisOf: "mlp.lin1.bias")
        expand = try Linear(weights.at("mlp.lin1"), input: D, output: hidden, activation: .gelu)
        reduce = try Linear(weights.at("mlp.lin2"), input: hidden, output: D)
    }

    /// Each step takes a tenth of a second: throws between two of them when nobody waits for the result any more.
    func callAsFunction(_ x: Tensor) throws(Cancelled) -> Tensor {
        try Cancellation.check()
        let tokens = qkv(norms.attention(x))
        try Cancellation.check()
        let seen = tokens.attention(attention)
        try Cancellation.check()
        let y = projection(seen, residual: x)
        try Cancellation.check()
        let hidden = expand(norms.perceptron(y))
        try Cancellation.check()
        return reduce(hidden, residual: y)
    }
}

extension Tensor {
    /// Rows `[3 * D, ...]` with the queries' third times `scale`, so that scores need not be scaled.
    func withScaledQueries(_ scale: Float) -> Tensor {
        var values = self.values
        for index in 0..<values.count / 3 { values[index] *= scale }
        return Tensor(values, shape: shape)
    }

    /// The vectors `[distances, width]` that give queries times `scale` what these give the plain ones, packed from the
    /// least distance from query to key on: the reference counts from the key to the query.
    fileprivate func forScaledQueries(_ scale: Float) -> PackedMatrix {
        let (distances, width) = (shape[0], shape[1])
        let values = self.values
        let turned = (0..<width).flatMap { c in
            (0..<distances).map { values[(distances - 1 - $0) * width + c] / scale }
        }
        return PackedMatrix(Tensor(turned, shape: [width, distances]))
    }
}
