import Testing

@testable import FoveaImage

@Suite struct BitmapFontTests {
    private let codes = (UInt8(ascii: " ")...UInt8(ascii: "~"))

    /// The rows of a glyph as text.
    private func drawing(_ character: UInt8) -> [String] {
        let glyph = BitmapFont.shared.glyph(character)
        return glyph.rows.map { bits in
            String((0..<glyph.width).map { bits >> $0 & 1 == 1 ? "#" : "." })
        }
    }

    @Test("Every character that can be printed is drawn differently, in as many columns as it needs")
    func characters() {
        var seen: Set<[String]> = []
        for code in codes {
            let glyph = BitmapFont.shared.glyph(code)
            #expect(glyph.rows.count == BitmapFont.height)
            #expect((2...8).contains(glyph.width))
            #expect(glyph.rows.allSatisfy { $0 >> glyph.width == 0 })
            #expect(seen.insert(drawing(code)).inserted, "\(code) looks like another character")
            if code != UInt8(ascii: " ") {
                let columns = glyph.rows.reduce(0, |)
                #expect(columns & 1 == 1 && columns >> (glyph.width - 1) == 1, "\(code) has empty columns at its side")
            }
        }
    }

    @Test("Strokes are two columns wide")
    func bold() {
        #expect(
            drawing(UInt8(ascii: "h")) == [
                "##....", "##....", "##....", "#####.", "##..##", "##..##", "##..##", "##..##", "##..##", "......",
                "......", "......",
            ])
    }

    @Test("What can't be printed is a question mark", arguments: [0, 10, 31, 127, 128, 255])
    func others(code: UInt8) {
        #expect(drawing(code) == drawing(UInt8(ascii: "?")))
    }
}
