import FoveaImage
import Testing

@Suite struct RunLengthMaskTests {
    @Test("300 masks of all kinds: pycocotools' counts, area and bbox, both ways")
    func goldens() throws {
        let table = try MaskFixtures.table("masks.tsv")
        #expect(table.count == 300)
        for row in table {
            let mask = try MaskFixtures.mask(row[1...3])
            let bounds = mask.bounds
            #expect(mask.compressedCounts == row[3])
            #expect(String(mask.area) == row[4])
            #expect("\(bounds.x),\(bounds.y),\(bounds.width),\(bounds.height)" == row[5])
            #expect(fnv(mask.pixels) == row[6])
            #expect(RunLengthMask(height: mask.height, width: mask.width, pixels: mask.pixels) == mask)
            let counts = mask.counts.map(Int.init)
            #expect(try RunLengthMask(height: mask.height, width: mask.width, counts: counts) == mask)
        }
    }

    @Test("Any byte but zero is foreground, over stripes of columns that don't divide the width")
    func fromPixels() {
        var generator = SeededGenerator(seed: 3)
        for width in [1, 63, 64, 65, 130] {
            let pixels = (0..<7 * width).map { _ in UInt8.random(in: 0...2, using: &generator) }
            let mask = RunLengthMask(height: 7, width: width, pixels: pixels)
            #expect(mask.pixels == pixels.map { $0 == 0 ? 0 : 255 })
            #expect(mask.area == pixels.count { $0 != 0 })
        }
    }

    @Test("Overlaps as pycocotools' iou")
    func overlaps() throws {
        let table = try MaskFixtures.table("overlaps.tsv")
        #expect(table.count == 40)
        for row in table {
            let (a, b) = (try MaskFixtures.mask(row[0...2]), try MaskFixtures.mask(row[0...1] + [row[3]]))
            let expected = try #require(Double(row[4]))
            #expect(a.intersectionOverUnion(with: b) == expected)
            #expect(b.intersectionOverUnion(with: a) == expected)
            #expect(a.intersection(with: a) == a.area)
        }
    }

    @Test("Runs of length 0 join their neighbours")
    func emptyRuns() throws {
        let mask = try RunLengthMask(height: 3, width: 3, counts: [2, 0, 1, 3, 0, 1, 2, 0])
        #expect(mask.counts == [3, 4, 2])
    }

    @Test("Runs that don't make a mask are refused, however long")
    func refusals() {
        func error(_ counts: [Int], height: Int = 2, width: Int = 3) -> MaskError? {
            do throws(MaskError) {
                _ = try RunLengthMask(height: height, width: width, counts: counts)
                return nil
            } catch { return error }
        }
        #expect(error([6]) == nil)
        #expect(error([5]) == .wrongTotal(got: 5, expected: 6))
        #expect(error([]) == .wrongTotal(got: 0, expected: 6))
        #expect(error([4, 3]) == .wrongTotal(got: 7, expected: 6))
        #expect(error([4, .max]) == .wrongTotal(got: .max, expected: 6))
        #expect(error([4, -1, 3]) == .negativeRun(length: -1))
        #expect(error([0], height: 0) == .impossibleSize(height: 0, width: 3))
        #expect(error([0], width: -1) == .impossibleSize(height: 2, width: -1))
        #expect(error([0], height: .max, width: 2) == .impossibleSize(height: .max, width: 2))
        #expect(error([0], height: 1 << 16, width: 1 << 15) == .impossibleSize(height: 1 << 16, width: 1 << 15))
    }

    @Test("Errors say what is wrong")
    func words() {
        #expect(MaskError.wrongTotal(got: 5, expected: 6).description.contains("5 pixels, not to its 6"))
        #expect(MaskError.badCharacter(byte: 112, offset: 3).description.contains("byte 112 at offset 3"))
    }
}
