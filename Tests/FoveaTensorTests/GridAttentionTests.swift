import Testing

@testable import FoveaTensor

/// Attention in tiles against its plain twin.
@Suite struct GridAttentionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var images = 1
        let H: Int
        let W: Int
        let window: Int?
        let heads: Int
        let width: Int
        var testDescription: String { "\(images)x\(H)x\(W), windows \(window ?? 0), \(heads) heads of \(width)" }

        var side: (rows: Int, columns: Int) { window.map { ($0, $0) } ?? (H, W) }
        var keys: Int { side.rows * side.columns }

        static let all = [
            Case(H: 1, W: 1, window: nil, heads: 1, width: 1),
            Case(H: 5, W: 3, window: nil, heads: 2, width: 6),
            Case(images: 2, H: 9, W: 10, window: 4, heads: 3, width: 16),
            Case(H: 14, W: 14, window: 7, heads: 2, width: 32),
            Case(H: 16, W: 20, window: 14, heads: 2, width: 40),
            Case(H: 24, W: 25, window: nil, heads: 1, width: 64),
            Case(H: 3, W: 300, window: nil, heads: 1, width: 33),
        ]
    }

    private func qkv(_ c: Case) -> Tensor {
        .random([c.images, c.H, c.W, 3 * c.heads * c.width], seed: 1)
    }

    private func check(_ c: Case, _ bias: GridAttention.PositionBias, _ expected: @escaping ReferenceAttention.Bias) {
        let (x, padding) = (qkv(c), Tensor.random([3 * c.heads * c.width], seed: 2))
        let attention = GridAttention(
            heads: c.heads, width: c.width, window: c.window, bias: bias, padding: padding)
        let reference = ReferenceAttention(
            heads: c.heads, width: c.width, side: c.side, padding: padding.values, bias: expected)
        let twin = reference.attention(x)
        for threads in [1, 2] {
            onThreads(threads) {
                #expect(x.attention(attention).largestDifference(from: twin) < 1e-5)
            }
        }
    }

    @Test("Queries get the values of all keys of their window, padding's too", arguments: Case.all)
    func unbiased(c: Case) { check(c, .none) { _, _, _, _ in 0 } }

    @Test("A table adds its bias for each head, query and key", arguments: Case.all)
    func table(c: Case) {
        let table = Tensor.random([c.heads, c.keys, c.keys], seed: 3, in: -3...3)
        let values = table.values
        check(c, .table(table)) { head, _, query, key in
            let places = [query, key].map { $0.row * c.side.columns + $0.column }
            return Double(values[(head * c.keys + places[0]) * c.keys + places[1]])
        }
    }

    @Test("A decomposed bias adds the query's products with vectors of its distances to the key", arguments: Case.all)
    func decomposed(c: Case) {
        let lengths = [2 * c.side.rows - 1, 2 * c.side.columns - 1]
        let tables = lengths.enumerated().map { Tensor.random([$1, c.width], seed: UInt64($0) + 4) }
        let packed = tables.map { PackedMatrix($0.permuted([1, 0])) }
        let values = tables.map(\.values)
        check(c, .decomposed(rows: packed[0], columns: packed[1])) { _, vector, query, key in
            let distances = [key.row - query.row + c.side.rows - 1, key.column - query.column + c.side.columns - 1]
            return (0..<2).reduce(0) { sum, axis in
                sum + (0..<c.width).reduce(0) { $0 + vector[$1] * Double(values[axis][distances[axis] * c.width + $1]) }
            }
        }
    }

    @Test("Scores of any size give finite shares")
    func large() {
        let c = Case(H: 20, W: 20, window: nil, heads: 1, width: 2)
        let x = Tensor.random([1, 20, 20, 6], seed: 6, in: -1e4...1e4)
        let attention = GridAttention(heads: 1, width: 2, window: nil, bias: .none)
        let twin = ReferenceAttention(heads: 1, width: 2, side: c.side, padding: [], bias: { _, _, _, _ in 0 })
        onThreads(1) {
            #expect(x.attention(attention).largestDifference(from: twin.attention(x)) < 0.02)
        }
    }
}

/// Attention as its definition says, in `Double`, with a matrix of all scores.
struct ReferenceAttention: Sendable {
    typealias Place = (row: Int, column: Int)
    typealias Bias = @Sendable (_ head: Int, _ vector: [Double], _ query: Place, _ key: Place) -> Double

    let heads: Int
    let width: Int
    let side: (rows: Int, columns: Int)
    let padding: [Float]
    let bias: Bias

    func attention(_ qkv: Tensor) -> [Double] {
        let (N, H, W, C) = (qkv.shape[0], qkv.shape[1], qkv.shape[2], heads * width)
        let values = qkv.values
        var out = [Double](repeating: 0, count: N * H * W * C)
        for image in 0..<N {
            for y in 0..<H {
                for x in 0..<W {
                    let corner = (y / side.rows * side.rows, x / side.columns * side.columns)
                    for head in 0..<heads {
                        func vector(_ y: Int, _ x: Int, _ part: Int) -> [Double] {
                            let isInside = y < H && x < W
                            let start = isInside ? ((image * H + y) * W + x) * 3 * C : 0
                            let source = isInside ? values : padding
                            let first = start + part * C + head * width
                            return source[first..<first + width].map(Double.init)
                        }
                        let query = vector(y, x, 0)
                        var (sum, shares) = (0.0, [Double](repeating: 0, count: width))
                        var scores: [(Double, [Double])] = []
                        for i in 0..<side.rows {
                            for j in 0..<side.columns {
                                let key = vector(corner.0 + i, corner.1 + j, 1)
                                let score = zip(query, key).reduce(0) { $0 + $1.0 * $1.1 }
                                let place = (row: y - corner.0, column: x - corner.1)
                                scores.append(
                                    (
                                        score + bias(head, query, place, (row: i, column: j)),
                                        vector(corner.0 + i, corner.1 + j, 2)
                                    ))
                            }
                        }
                        let largest = scores.map(\.0).max() ?? 0
                        for (score, value) in scores {
                            let share = exponential(score - largest)
                            sum += share
                            for c in 0..<width { shares[c] += share * value[c] }
                        }
                        for c in 0..<width { out[((image * H + y) * W + x) * C + head * width + c] = shares[c] / sum }
                    }
                }
            }
        }
        return out
    }
}
