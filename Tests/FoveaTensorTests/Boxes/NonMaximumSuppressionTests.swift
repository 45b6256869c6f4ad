import FoveaTensor
import Testing

@Suite struct NonMaximumSuppressionTests {
    @Test("torchvision's choice, with scores and overlaps that are equal, within classes and over all")
    func goldens() throws {
        let table = try BoxFixtures.table("suppressed.tsv")
        #expect(table.count == 8)
        for row in table {
            let numbers = try row[0...3].map { try #require(Double($0)) }
            let crowd = BoxFixtures.crowd(seed: Int(numbers[0]), count: Int(numbers[1]), classes: Int(numbers[3]))
            let kept = NonMaximumSuppression(threshold: numbers[2])(
                crowd.boxes, scores: crowd.scores, classes: crowd.classes)
            let expected = row[4].split(separator: ",").compactMap { Int($0) }
            #expect(kept == expected, "\(row[0...3])")
        }
    }

    @Test("A limit stops at the best of all classes", arguments: [-1, 0, 1, 7, 1000])
    func limit(limit: Int) {
        let crowd = BoxFixtures.crowd(seed: 5, count: 400, classes: 4)
        let all = NonMaximumSuppression(threshold: 0.3)(crowd.boxes, scores: crowd.scores, classes: crowd.classes)
        let some = NonMaximumSuppression(threshold: 0.3)(
            crowd.boxes, scores: crowd.scores, classes: crowd.classes, limit: limit)
        #expect(some == Array(all.prefix(max(limit, 0))))
    }

    @Test("Boxes that come one after the other are chosen as all at once, and asked for until enough are kept")
    func oneByOne() {
        let crowd = BoxFixtures.crowd(seed: 5, count: 400, classes: 1)
        let suppression = NonMaximumSuppression(threshold: 0.3)
        let scores = crowd.boxes.indices.map { -Float($0) }
        let all = suppression(crowd.boxes, scores: scores)
        for limit in [-1, 0, 1, 7, 1000] {
            var left = crowd.boxes[...]
            let kept = suppression(limit: limit) { left.popFirst() }
            #expect(kept == all.prefix(max(limit, 0)).map { crowd.boxes[$0] })
            #expect(crowd.boxes.count - left.count == (limit > all.count ? 400 : limit < 1 ? 0 : all[limit - 1] + 1))
        }
    }

    @Test("A box goes only if it overlaps more than the threshold, and NaN comes first")
    func edges() {
        let boxes = [Box(x0: 0, y0: 0, x1: 4, y1: 4), Box(x0: 0, y0: 0, x1: 4, y1: 2), Box(x0: 9, y0: 9, x1: 9, y1: 9)]
        #expect(boxes[0].intersectionOverUnion(with: boxes[1]) == 0.5)
        #expect(NonMaximumSuppression(threshold: 0.5)(boxes, scores: [1, 2, 3]) == [2, 1, 0])
        #expect(NonMaximumSuppression(threshold: 0.49)(boxes, scores: [1, 2, 3]) == [2, 1])
        #expect(NonMaximumSuppression(threshold: 0.49)(boxes, scores: [1, 2, 3], classes: [0, 1, 0]) == [2, 1, 0])
        #expect(NonMaximumSuppression(threshold: 0.49)(boxes, scores: [1, .nan, .nan]) == [1, 2])
        #expect(NonMaximumSuppression(threshold: 0.5)([boxes[2], boxes[2]], scores: [1, 1]) == [0, 1])
        #expect(NonMaximumSuppression(threshold: 0.5)(boxes, scores: [0, -0.0, -1]) == [0, 1, 2])
    }

    @Test("Eight at once decide as one after the other", arguments: [-1, 0, 0.1, 1 / 3, 0.5, 0.9, .nan])
    func blocks(threshold: Double) {
        var boxes = BoxFixtures.crowd(seed: 9, count: 300, classes: 1).boxes
        boxes.append(boxes[7])
        let classes = boxes.indices.map { $0 % 3 << 40 }
        var kept: [Int] = []
        for candidate in boxes.indices
        where !kept.contains(where: { better in
            classes[better] == classes[candidate]
                && Double(boxes[better].intersectionOverUnion(with: boxes[candidate])) > threshold
        }) {
            kept.append(candidate)
        }
        let scores = [Float](repeating: 0.5, count: boxes.count)
        #expect(NonMaximumSuppression(threshold: threshold)(boxes, scores: scores, classes: classes) == kept)
    }

    @Test("Boxes that aren't finite neither go nor make others go")
    func notFinite() {
        let box = Box(x0: 0, y0: 0, x1: 4, y1: 4)
        for number in [Float.nan, .infinity, -.infinity] {
            for corner in 0..<4 {
                var corners = box.corners
                corners[corner] = number
                let odd = Box(x0: corners[0], y0: corners[1], x1: corners[2], y1: corners[3])
                #expect(NonMaximumSuppression(threshold: 0)([odd, box, box], scores: [3, 2, 1]) == [0, 1])
                #expect(NonMaximumSuppression(threshold: 0)([box, odd, odd], scores: [3, 2, 1]) == [0, 1, 2])
            }
        }
    }
}
