import Testing

@testable import FoveaImage

@Suite struct LabelTextTests {
    private func rows(_ text: LabelText) -> [[UInt16]] { text.glyphs.map(\.rows) }

    private func plain(_ text: String) -> LabelText { LabelText(text, room: 100_000) }

    @Test("A text is as wide as its glyphs with a column between them")
    func width() {
        let glyphs = plain("il.").glyphs
        #expect(glyphs.map(\.width) == [2, 3, 2])
        #expect(plain("il.").width == 9)
        #expect(plain("i").width == 2)
        #expect(plain("").width == 0 && plain("").glyphs.isEmpty)
    }

    @Test(
        "Accents are left out, whatever else ASCII doesn't have is a question mark",
        arguments: [
            ("Café crème", "Cafe creme"), ("Cafe\u{301}", "Cafe"), ("ÄÖÜßäöü", "AOUsaou"), ("Łódź, Şile", "Lodz, Sile"),
            ("ÇÑÝ ÿ", "CNY y"),
            ("狗 0.9", "? 0.9"), ("👩‍👩‍👧 x", "? x"), ("a\nb\0", "a?b?"), ("кот", "???"), ("ƀ", "?"), ("\u{BF}", "?"),
        ])
    func folding(text: String, expected: String) {
        #expect(rows(plain(text)) == rows(plain(expected)))
    }

    @Test("What doesn't fit is cut, and two dots say so")
    func cutting() {
        let text = "traffic light 0.93"
        let whole = plain(text)
        #expect(rows(LabelText(text, room: whole.width)) == rows(whole))
        for room in -1..<whole.width {
            let cut = LabelText(text, room: room)
            #expect(cut.width <= max(room, 0))
            if cut.glyphs.isEmpty {
                #expect(room < plain("..").width)
            } else {
                let kept = String(text.prefix(cut.glyphs.count - 2))
                #expect(rows(cut) == rows(plain(kept + "..")))
                #expect(cut.width == plain(kept + "..").width)
                #expect(plain(String(text.prefix(kept.count + 1)) + "..").width > room)
            }
        }
    }

    @Test("However much room there is, a text has an end")
    func longTexts() {
        #expect(rows(plain(String(repeating: "a", count: 100))) == rows(plain(String(repeating: "a", count: 100))))
        #expect(plain(String(repeating: "a", count: 100)).glyphs.count == 100)
        #expect(plain(String(repeating: "a", count: 1_000_000)).glyphs.count == 102)
    }
}
