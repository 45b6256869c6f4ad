/// A line of text in the bitmap font, before it is scaled.
struct LabelText {
    let glyphs: [BitmapFont.Glyph]
    /// Columns from the left of the first glyph to the right of the last.
    let width: Int

    /// More characters than this are cut off, however much room there is.
    private static let mostCharacters = 100

    /// Sets `text` in at most `room` columns: what doesn't fit becomes two dots. If not even these fit there are no glyphs.
    ///
    /// Letters with accents lose them; other characters that ASCII doesn't have become question marks.
    init(_ text: String, room: Int) {
        let codes = text.prefix(Self.mostCharacters + 1).map(Self.code)
        let font = BitmapFont.shared
        var glyphs = codes.prefix(Self.mostCharacters).map(font.glyph)
        var width = Self.width(glyphs)
        if width > room || codes.count > glyphs.count {
            let dots = [font.glyph(UInt8(ascii: ".")), font.glyph(UInt8(ascii: "."))]
            while let last = glyphs.last, width + BitmapFont.spacing + Self.width(dots) > room {
                width -= last.width + (glyphs.count > 1 ? BitmapFont.spacing : 0)
                glyphs.removeLast()
            }
            glyphs += dots
            width = Self.width(glyphs)
        }
        self.glyphs = width > room ? [] : glyphs
        self.width = width > room ? 0 : width
    }

    private static func width(_ glyphs: [BitmapFont.Glyph]) -> Int {
        max(glyphs.reduce(0) { $0 + $1.width + BitmapFont.spacing } - BitmapFont.spacing, 0)
    }

    /// The code in ASCII that comes nearest to a character.
    private static func code(_ character: Character) -> UInt8 {
        guard let scalar = character.unicodeScalars.first?.value else { return UInt8(ascii: "?") }
        if scalar < 0x80 { return UInt8(scalar) }
        let index = Int(scalar) - 0xC0
        return accented.indices.contains(index) ? accented[index] : UInt8(ascii: "?")
    }

    /// What Unicode's blocks Latin-1 Supplement, from its letters on, and Latin Extended-A are without accents.
    private static let accented = Array(
        ("AAAAAAACEEEEIIIIDNOOOOOxOUUUUYTsaaaaaaaceeeeiiiidnooooo/ouuuuyty"
            + "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlLlLlNnNnNnnNnOoOoOoOoRrRrRrSsSsSsSs"
            + "TtTtTtUuUuUuUuUuUuWwYyYZzZzZzs").utf8)
}
