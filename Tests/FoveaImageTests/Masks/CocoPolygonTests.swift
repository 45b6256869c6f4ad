import Testing

@testable import FoveaImage

@Suite struct CocoPolygonTests {
    @Test("pycocotools' masks of polygons on any numbers, several joined, some reaching beyond the picture")
    func goldens() throws {
        let table = try MaskFixtures.table("coco-polygons.tsv")
        #expect(table.count == 60)
        for row in table {
            let expected = try MaskFixtures.mask(row)
            let polygons = row.dropFirst(3).map { $0.split(separator: " ").compactMap { Double($0) } }
            let mask = try RunLengthMask(height: expected.height, width: expected.width, cocoPolygons: polygons)
            #expect(mask == expected, "\(row)")
        }
    }

    @Test(
        "What is no polygon is refused",
        arguments: [
            [], [1, 2, 3, 4], [1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6, 7], [0, 0, 1, 1, .nan, 0], [0, 0, 1, 1, 1e7, 0],
        ]
            as [[Double]])
    func malformed(polygon: [Double]) {
        #expect(throws: MaskError.malformedPolygon(numbers: polygon.count)) {
            try RunLengthMask(height: 4, width: 5, cocoPolygons: [[0, 0, 3, 0, 3, 3], polygon])
        }
    }

    @Test("No polygons are an empty mask, and one far outside adds nothing")
    func nothing() throws {
        #expect(try RunLengthMask(height: 4, width: 5, cocoPolygons: []).area == 0)
        #expect(try RunLengthMask(height: 4, width: 5, cocoPolygons: [[-9, -9, -3, -9, -3, -3]]).area == 0)
        #expect(try RunLengthMask(height: 4, width: 5, cocoPolygons: [[-9, -9, 99, -9, 99, 99, -9, 99]]).area == 20)
    }

    @Test("A union has what either mask has", arguments: 0..<6)
    func union(number: Int) throws {
        let masks = try MaskFixtures.masks()
        let first = masks[number]
        let second =
            masks.dropFirst(number + 1).first { $0.height == first.height && $0.width == first.width }
            ?? first.inverted
        let union = first.union(with: second)
        #expect(union.pixels == zip(first.pixels, second.pixels).map { $0 | $1 })
        #expect(union.area == first.area + second.area - first.intersection(with: second))
    }
}
