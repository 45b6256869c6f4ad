import FoveaImage
import FoveaTensor
import Testing

@Suite struct NonMaximumSuppressionTests {
    @Test("torchvision's choice, with scores and overlaps that are equal, within classes and over all")
    func goldens() throws {
        let table = try MaskFixtures.table("boxes.tsv")
        #expect(table.count == 8)
        for row in table {
            let (seed, count, classes) = (
                try #require(Int(row[0])), try #require(Int(row[1])), try #require(Int(row[3]))
            )
            let numbers = MaskFixtures.mixed(seed: seed, count: 6 * count)
            let boxes = (0..<count).map { index in
                let n = numbers[6 * index..<6 * index + 6].map { $0 }
                let (x0, y0) = (n[0] % 97, n[1] % 97)
                return Box(
                    x0: Float(x0) / 8, y0: Float(y0) / 8, x1: Float(x0 + n[2] % 60) / 8, y1: Float(y0 + n[3] % 60) / 8)
            }
            let kept = NonMaximumSuppression(threshold: try #require(Double(row[2])))(
                boxes, scores: (0..<count).map { Float(numbers[6 * $0 + 4] % 64) / 64 },
                classes: classes == 1 ? nil : (0..<count).map { numbers[6 * $0 + 5] % classes })
            #expect(kept == row[4].split(separator: ",").compactMap { Int($0) }, "\(row[0...3])")
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
    }
}
