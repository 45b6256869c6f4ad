import FoveaNN
import FoveaTensor

/// Attention within windows, a filter for each channel, and a perceptron for each token.
///
/// | Key | Shape |
/// | --- | ----- |
/// | `attn.norm.{weight,bias}`, `mlp.norm.{weight,bias}` | `[C]` |
/// | `attn.qkv.{weight,bias}` | `[3 * C, C]`, `[3 * C]`; of each head its query, key and value |
/// | `attn.attention_biases` | `[heads, window²]`, by distance in rows and columns |
/// | `attn.proj.{weight,bias}` | `[C, C]`, `[C]` |
/// | `local_conv.{c,bn}` | a 3×3 depthwise convolution |
/// | `mlp.fc1.{weight,bias}`, `mlp.fc2.{weight,bias}` | `[4 * C, C]`, `[C, 4 * C]` |
struct TinyViTBlock: Layer {
    private let norms: (attention: LayerNorm, perceptron: LayerNorm)
    private let qkv, projection: Linear
    private let attention: GridAttention
    private let filter: ConvNorm
    private let expand, reduce: Linear

    /// Of one head, in every stage.
    private static let headWidth = 32

    init(_ weights: Weights, channels C: Int, window: Int) throws(CheckpointError) {
        let (attn, mlp, heads) = (weights["attn"], weights["mlp"], C / Self.headWidth)
        norms = (
            try LayerNorm(attn["norm"], width: C, epsilon: 1e-5),
            try LayerNorm(mlp["norm"], width: C, epsilon: 1e-5)
        )
        let scale = 1 / Float(Self.headWidth).squareRoot()
        let bias = try attn["qkv"].take("bias", shape: [3 * C]).gathered(heads: heads).withScaledQueries(scale)
        let weight = try attn["qkv"].take("weight", shape: [3 * C, C]).gathered(heads: heads).withScaledQueries(scale)
        qkv = Linear(weight, bias: bias, precision: weights.precision)
        let distances = try attn.take("attention_biases", shape: [heads, window * window])
        attention = GridAttention(
            heads: heads, width: Self.headWidth, window: window,
            bias: .table(distances.spreadOverPairs(window: window)),
            // The reference fills windows up with zeros before it normalises them.
            padding: Linear(weight, bias: bias)(norms.attention.bias.reshaped([1, C])).reshaped([3 * C]))
        projection = try Linear(attn["proj"], input: C, output: C)
        filter = try ConvNorm(tiny: weights["local_conv"], .init(input: C, output: C, kernel: 3, groups: C))
        expand = try Linear(mlp["fc1"], input: C, output: 4 * C, activation: .gelu)
        reduce = try Linear(mlp["fc2"], input: 4 * C, output: C)
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
        let y = filter(projection(qkv(norms.attention(x)).attention(attention), residual: x))
        return reduce(expand(norms.perceptron(y)), residual: y)
    }
}

extension Tensor {
    /// Rows that are query, key and value of one head after the other, `[heads * 3 * width, ...]`, as the queries of all
    /// heads, then their keys, then their values.
    fileprivate func gathered(heads: Int) -> Tensor {
        reshaped([heads, 3, count / (3 * heads)]).permuted([1, 0, 2]).reshaped(shape)
    }

    /// Biases by distance, `[heads, window²]`, as those of every query and key: `[heads, window², window²]`.
    fileprivate func spreadOverPairs(window: Int) -> Tensor {
        let values = self.values
        let (heads, places) = (shape[0], 0..<window * window)
        let pairs = (0..<heads).flatMap { head in
            places.flatMap { query in
                places.map { key in
                    let (rows, columns) = (abs(query / window - key / window), abs(query % window - key % window))
                    return values[head * places.count + rows * window + columns]
                }
            }
        }
        return Tensor(pairs, shape: [heads, places.count, places.count])
    }
}
