import FoveaImage
import Testing

@Suite struct CompressedCountsTests {
    static func error(_ text: String, height: Int, width: Int) -> MaskError? {
        do throws(MaskError) {
            _ = try RunLengthMask(height: height, width: width, compressedCounts: text)
            return nil
        } catch { return error }
    }

    @Test(
        "The published vectors",
        arguments: [
            ([4, 1, 4], "414"), ([0, 4], "04"), ([4], "4"), ([0, 1, 2, 1], "0120"), ([2, 3, 1, 2, 3, 1], "231O2O"),
            ([100000], "PeQ3"), ([16, 16, 31, 32, 1023, 1024, 1], "`0`0o0`0Po0Po0RPO"),
        ])
    func vectors(counts: [Int], text: String) throws {
        let mask = try RunLengthMask(height: 1, width: counts.reduce(0, +), counts: counts)
        #expect(mask.compressedCounts == text)
        #expect(try RunLengthMask(height: 1, width: mask.width, compressedCounts: text) == mask)
    }

    @Test("Text cut at any byte is refused")
    func cut() throws {
        for row in try MaskFixtures.table("masks.tsv") {
            let (height, width) = (try #require(Int(row[1])), try #require(Int(row[2])))
            for end in 0..<row[3].utf8.count {
                let text = String(row[3].prefix(end))
                #expect(Self.error(text, height: height, width: width) != nil, "\(text) of \(row[3])")
            }
        }
    }

    @Test("Changed text gives an error or another mask of this size, never a trap")
    func changed() throws {
        var generator = SeededGenerator(seed: 29)
        for row in try MaskFixtures.table("masks.tsv") {
            let (height, width) = (try #require(Int(row[1])), try #require(Int(row[2])))
            for _ in 0..<40 {
                var bytes = Array(row[3].utf8)
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 40...127, using: &generator)
                let text = String(decoding: bytes, as: UTF8.self)
                guard let mask = try? RunLengthMask(height: height, width: width, compressedCounts: text) else {
                    continue
                }
                #expect(mask.counts.reduce(0) { $0 + Int($1) } == height * width)
            }
        }
    }

    @Test("Hostile text is refused with what is wrong")
    func hostile() {
        #expect(Self.error("4/4", height: 3, width: 3) == .badCharacter(byte: 47, offset: 1))
        #expect(Self.error("4p4", height: 3, width: 3) == .badCharacter(byte: 112, offset: 1))
        #expect(Self.error("4é4", height: 3, width: 3) == .badCharacter(byte: 0xC3, offset: 1))
        #expect(Self.error("41T", height: 3, width: 3) == .cutOff)
        #expect(Self.error("", height: 3, width: 3) == .wrongTotal(got: 0, expected: 9))
        #expect(Self.error("4O5", height: 3, width: 3) == .negativeRun(length: -1))
        // The fourth number is 1 less 2.
        #expect(Self.error("411N", height: 3, width: 3) == .negativeRun(length: -1))
        #expect(Self.error("4oooooooo0", height: 3, width: 3) == .numberTooLong(offset: 1))
        #expect(Self.error("ooooooO", height: 3, width: 3) == .negativeRun(length: -1))
        #expect(Self.error("PeQ3", height: 3, width: 3) == .wrongTotal(got: 100_000, expected: 9))
        #expect(Self.error(String(repeating: "o", count: 1_000_000), height: 3, width: 3) == .numberTooLong(offset: 0))
        #expect(Self.error("4", height: 1 << 40, width: 1 << 40) == .impossibleSize(height: 1 << 40, width: 1 << 40))
    }

    @Test("Numbers with leading zeros are read as pycocotools reads them")
    func leadingZeros() throws {
        // 4 as two groups, then 5.
        let mask = try RunLengthMask(height: 3, width: 3, compressedCounts: "T05")
        #expect(mask.counts == [4, 5])
    }
}
