import FoveaTensor
import Testing

@Suite struct SoftSuppressionTests {
    private let boxes = [
        Box(x0: 10, y0: 10, x1: 50, y1: 50), Box(x0: 12, y0: 12, x1: 52, y1: 52), Box(x0: 30, y0: 30, x1: 70, y1: 70),
        Box(x0: 11, y0: 9, x1: 49, y1: 51), Box(x0: 100, y0: 100, x1: 120, y1: 140),
        Box(x0: 10, y0: 10, x1: 50, y1: 50),
    ]
    private let scores: [Float] = [0.9, 0.8, 0.7, 0.85, 0.6, 0.9]

    private func isClose(_ left: [(index: Int, score: Float)], _ expected: [(Int, Float)]) -> Bool {
        left.map(\.index) == expected.map(\.0) && zip(left, expected).allSatisfy { abs($0.score - $1.1) < 1e-6 }
    }

    @Test("mmcv's choice and scores, within classes and over all")
    func goldens() throws {
        let table = try BoxFixtures.table("softly_suppressed.tsv")
        #expect(table.count == 6)
        for row in table {
            let numbers = try row[1...5].map { try #require(Float($0)) }
            let crowd = BoxFixtures.crowd(seed: Int(numbers[2]), count: Int(numbers[3]), classes: Int(numbers[4]))
            let usable = crowd.boxes.indices.filter { !crowd.boxes[$0].isEmpty }
            let methods: [String: SoftSuppression.Method] = [
                "linear": .linear, "gaussian": .gaussian(sigma: numbers[1]), "naive": .naive,
            ]
            let left = SoftSuppression(try #require(methods[row[0]]), threshold: numbers[0])(
                usable.map { crowd.boxes[$0] }, scores: usable.map { crowd.scores[$0] },
                classes: crowd.classes.map { classes in usable.map { classes[$0] } })
            let expected = row[6].split(separator: ",").map { $0.split(separator: ":").compactMap { Float($0) } }
            #expect(
                isClose(left.map { (usable[$0.index], $0.score) }, expected.map { (Int($0[0]), $0[1]) }),
                "\(row[0...5])")
        }
    }

    @Test("A worked example")
    func example() {
        #expect(
            isClose(
                SoftSuppression(.linear, threshold: 0.5)(boxes, scores: scores),
                [(0, 0.9), (2, 0.7), (4, 0.6), (1, 0.142141), (3, 0.013991)]))
        #expect(
            isClose(
                SoftSuppression(.gaussian(sigma: 0.5), threshold: 0.5)(boxes, scores: scores),
                [(0, 0.9), (2, 0.672004), (4, 0.6), (1, 0.194157), (3, 0.040623), (5, 0.005837)]))
        for threshold in [0.3, 0.5, 0.7] {
            let kept = SoftSuppression(.naive, threshold: Float(threshold))(boxes, scores: scores)
            #expect(kept.map(\.index) == [0, 2, 4])
            #expect(NonMaximumSuppression(threshold: threshold)(boxes, scores: scores) == [0, 2, 4])
        }
        #expect(NonMaximumSuppression(threshold: 0.1)(boxes, scores: scores) == [0, 4])
    }

    @Test("A limit gives the best of all classes, the minimum drops what falls below it", arguments: [-1, 0, 2, 5, 99])
    func limits(limit: Int) {
        let crowd = BoxFixtures.crowd(seed: 14, count: 150, classes: 4)
        let suppression = SoftSuppression(.linear, threshold: 0.3, minimumScore: 0.1)
        let all = suppression(crowd.boxes, scores: crowd.scores, classes: crowd.classes)
        let some = suppression(crowd.boxes, scores: crowd.scores, classes: crowd.classes, limit: limit)
        #expect(isClose(some, all.prefix(max(limit, 0)).map { ($0.index, $0.score) }))
        #expect(all.allSatisfy { $0.score >= 0.1 })
        #expect(all.map(\.score) == all.map(\.score).sorted(by: >))
    }

    @Test("Boxes of other classes, empty ones and such that aren't finite change nothing")
    func untouched() {
        let box = boxes[0]
        let odd = [
            box, Box(x0: .nan, y0: 10, x1: 50, y1: 50), Box(x0: -.infinity, y0: 10, x1: .infinity, y1: 50),
            Box(x0: 20, y0: 20, x1: 20, y1: 20), Box(x0: 20, y0: 20, x1: 20, y1: 20),
        ]
        for method in [SoftSuppression.Method.linear, .gaussian(sigma: 0.5), .naive] {
            let left = SoftSuppression(method, threshold: 0.5)(odd, scores: [0.9, 0.8, 0.7, 0.6, 0.5])
            #expect(isClose(left, [(0, 0.9), (1, 0.8), (2, 0.7), (3, 0.6), (4, 0.5)]))
            let classes = SoftSuppression(method, threshold: 0.5)([box, box], scores: [0.5, 0.9], classes: [3, -1])
            #expect(isClose(classes, [(1, 0.9), (0, 0.5)]))
        }
        #expect(SoftSuppression(.linear, threshold: 0.5)([], scores: []).isEmpty)
    }
}
