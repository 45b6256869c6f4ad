import FoveaImage
import Testing

@Suite struct ImageResizingTests {
    @Test("The published vector: 7×5 to 3×2, bilinear")
    func vector() {
        let image = Image(width: 7, height: 5, pixels: (0..<105).map { UInt8(truncatingIfNeeded: $0 * 7) })
        #expect(
            image.resized(width: 3, height: 2, filter: .bilinear).pixels == [
                95, 102, 109, 137, 138, 140, 136, 98, 105, 133, 140, 147, 147, 154, 117, 114, 116, 123,
            ])
    }

    @Test("Up and down, both filters, even and hard pixels: Pillow's bytes")
    func goldens() throws {
        let table = try Fixtures.table("resized.tsv")
        #expect(table.count == 64)
        for row in table {
            let sizes = row[1...4].compactMap { Int($0) }
            let filter = try #require(ResizeFilter(rawValue: row[5]))
            let pixels = noise(count: sizes[0] * sizes[1] * 3, hard: row[0] == "hard")
            let image = Image(width: sizes[0], height: sizes[1], pixels: pixels)
            let resized = image.resized(width: sizes[2], height: sizes[3], filter: filter)
            #expect([fnv(resized.pixels)] == [row[6]], "\(row)")
        }
    }
}
