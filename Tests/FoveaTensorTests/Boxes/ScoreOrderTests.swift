import Testing

@testable import FoveaTensor

@Suite struct ScoreOrderTests {
    @Test("The best few are the first of all", arguments: [0, 1, 2, 7, 500, 999, 1000, 5000])
    func limit(limit: Int) {
        var scores = Tensor.random([1000], seed: 9).values.map { ($0 * 64).rounded() / 64 }
        (scores[3], scores[500], scores[700], scores[701]) = (.nan, -.infinity, .infinity, -0.0)
        let all = bestFirst(scores)
        #expect(all.count == 1000 && all.first == 3)
        #expect(
            zip(all.dropFirst(), all.dropFirst(2)).allSatisfy { a, b in
                scores[a] > scores[b] || (scores[a] == scores[b] && a < b)
            })
        let best = scores.withUnsafeBufferPointer { bestFirst($0, limit: limit) }
        #expect(best == Array(all.prefix(limit)))
    }
}
