import FoveaNN
import FoveaTensor
import Glibc
import Testing

@testable import FoveaModels

/// The decoder's attentions against plain ones in double precision, which do the sums in the paper's order.
@Suite struct AttentionTests {
    static let (width, inner, heads) = (24, 12, 3)
    static let checkpoint: Checkpoint = {
        var shapes = ["out_proj.weight": [width, inner], "out_proj.bias": [width]]
        for name in ["q_proj", "k_proj", "v_proj"] {
            shapes["\(name).weight"] = [inner, width]
            shapes["\(name).bias"] = [inner]
        }
        // Biases of a tenth would hardly show.
        return SyntheticWeights.checkpoint(shapes, variance: 10) { key, _ in key.hasSuffix("bias") ? 1 : nil }
    }()

    private func tokens(_ name: String, _ count: Int) -> Tensor {
        SyntheticWeights.uniform(name, shape: [count, Self.width], limit: 1)
    }

    @Test("Many tokens that look at few", arguments: [(50, 5), (3, 1), (5, 5)])
    func toTokens(S: Int, T: Int) throws {
        let attention = try AttentionToTokens(
            Weights(Self.checkpoint), width: Self.width, inner: Self.inner, heads: Self.heads)
        let (x, k, v, residual) = (tokens("x", S), tokens("k", T), tokens("v", T), tokens("r", S))
        let expected = try plain(x, k, v)
        expectNear(attention(from: x, keys: k, values: v), expected)
        let sums = zip(expected, residual.values).map { $0 + Double($1) }
        expectNear(attention(from: x, keys: k, values: v, residual: residual), sums)
    }

    @Test("Few tokens that look at many", arguments: [(5, 300), (1, 2), (4, 1)])
    func toImage(T: Int, S: Int) throws {
        let attention = try AttentionToImage(
            Weights(Self.checkpoint), width: Self.width, inner: Self.inner, heads: Self.heads)
        let (x, k, v, residual) = (tokens("x", T), tokens("k", S), tokens("v", S), tokens("r", T))
        let sums = zip(try plain(x, k, v), residual.values).map { $0 + Double($1) }
        expectNear(attention(from: x, keys: k, values: v, residual: residual), sums)
    }

    private func expectNear(_ y: Tensor, _ expected: [Double]) {
        #expect(y.count == expected.count)
        #expect(zip(y.values, expected).map { abs(Double($0) - $1) }.max() ?? .infinity < 3e-5)
    }

    private func plain(_ x: Tensor, _ k: Tensor, _ v: Tensor) throws -> [Double] {
        let (q, k, v) = (try projected(x, "q_proj"), try projected(k, "k_proj"), try projected(v, "v_proj"))
        let (inner, depth) = (Self.inner, Self.inner / Self.heads)
        let S = k.count / inner
        var found = [Double](repeating: 0, count: q.count)
        for i in 0..<q.count / inner {
            for head in 0..<Self.heads {
                let part = head * depth..<(head + 1) * depth
                let powers = (0..<S).map { s in
                    exp(part.reduce(0) { $0 + q[i * inner + $1] * k[s * inner + $1] } / Double(depth).squareRoot())
                }
                let sum = powers.reduce(0, +)
                for c in part {
                    found[i * inner + c] = (0..<S).reduce(0) { $0 + powers[$1] / sum * v[$1 * inner + c] }
                }
            }
        }
        return try projected(found, "out_proj", input: inner, output: Self.width)
    }

    private func projected(_ x: Tensor, _ name: String) throws -> [Double] {
        try projected(x.values.map(Double.init), name, input: Self.width, output: Self.inner)
    }

    private func projected(_ x: [Double], _ name: String, input: Int, output: Int) throws -> [Double] {
        let weight = try Self.checkpoint.tensor(named: "\(name).weight").values
        let bias = try Self.checkpoint.tensor(named: "\(name).bias").values
        return (0..<x.count / input * output).map { i in
            let (row, out) = i.quotientAndRemainder(dividingBy: output)
            return (0..<input).reduce(Double(bias[out])) {
                $0 + x[row * input + $1] * Double(weight[out * input + $1])
            }
        }
    }
}
