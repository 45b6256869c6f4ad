import Testing

@testable import FoveaImage

@Suite struct ImageResizingTests {
    /// For each output the weight of every sample, on 22 bits after the point, by Pillow's formula.
    static func weights(_ count: Int, to target: Int, filter: ResizeFilter) -> [[Int: Int32]] {
        let scale = Double(count) / Double(target)
        let support = filter.radius * max(scale, 1)
        return (0..<target).map { output in
            let center = (Double(output) + 0.5) * scale
            let window = max(0, Int(center - support + 0.5))..<min(count, Int(center + support + 0.5))
            let raw = window.map { filter.weight(at: (Double($0) - center + 0.5) * (1 / max(scale, 1))) }
            let sum = raw.reduce(0, +)
            let fixed = raw.map { Int32(($0 / sum * 4_194_304).rounded(.toNearestOrAwayFromZero)) }
            return Dictionary(uniqueKeysWithValues: zip(window, fixed))
        }
    }

    static func level(_ weights: [Int: Int32], of sample: (Int) -> UInt8) -> UInt8 {
        let sum = weights.reduce(Int32(1) << 21) { $0 + $1.value * Int32(sample($1.key)) }
        return UInt8(min(max(sum >> 22, 0), 255))
    }

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

    @Test("Any size to any size: the same as one pixel at a time", arguments: ResizeFilter.allCases)
    func twin(filter: ResizeFilter) {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<150 {
            let sides = (0..<4).map { _ in Int.random(in: 1...90, using: &generator) }
            let image = Image(
                width: sides[0], height: sides[1],
                pixels: noise(count: 3 * sides[0] * sides[1], hard: .random(using: &generator)))
            let (columns, rows) = (
                Self.weights(sides[0], to: sides[2], filter: filter),
                Self.weights(sides[1], to: sides[3], filter: filter)
            )
            let across = (0..<sides[1]).flatMap { y in
                (0..<3 * sides[2]).map { i in
                    Self.level(columns[i / 3]) { image.pixels[3 * (y * sides[0] + $0) + i % 3] }
                }
            }
            let expected = (0..<sides[3]).flatMap { y in
                (0..<3 * sides[2]).map { i in Self.level(rows[y]) { across[3 * sides[2] * $0 + i] } }
            }
            let resized = image.resized(width: sides[2], height: sides[3], filter: filter)
            #expect(fnv(resized.pixels) == fnv(expected), "\(sides)")
        }
    }
}
