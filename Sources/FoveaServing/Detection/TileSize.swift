/// How large the tiles are that a detector looks at beside the whole photograph, to find what is small.
public enum TileSize: Sendable, Hashable {
    /// Twice the network's input on either side: what a usual photograph of 640 by 480 pixels is to a network of 320, so
    /// that things have the sizes that it was trained on. A large multiple where that would be too many tiles.
    case auto
    /// In pixels of the photograph.
    case pixels(width: Int, height: Int)

    /// Reads `auto` or `WIDTHxHEIGHT`. Nil if it is anything else.
    public init?(text: String) {
        if text == "auto" {
            self = .auto
            return
        }
        let sides = text.utf8.split(separator: UInt8(ascii: "x"), omittingEmptySubsequences: false)
        guard sides.count == 2, let width = Self.side(sides[0]), let height = Self.side(sides[1]) else { return nil }
        self = .pixels(width: width, height: height)
    }

    /// Up to six decimal digits, more than any photograph has pixels on a side, and no zero before them.
    private static func side(_ digits: Substring.UTF8View) -> Int? {
        guard (1...6).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return digits.first == 0x30 ? nil : Int(Substring(digits))
    }
}
