/// Finds the delimiter lines of a multipart body (RFC 2046 section 5.1.1).
///
/// A boundary holds no CR, so no byte is compared with it more than twice: linear, whatever the body holds.
struct DelimiterSearch {
    struct Delimiter {
        /// From the line end before it, which belongs to it, to the first byte after its own.
        let range: Range<Int>
        /// The one after the last part.
        let isClosing: Bool
    }

    private let body: ArraySlice<UInt8>
    /// `--` and the boundary.
    private let dashBoundary: [UInt8]

    init(body: ArraySlice<UInt8>, boundary: [UInt8]) throws(MultipartError) {
        guard (1...70).contains(boundary.count), boundary.last != 0x20, boundary.allSatisfy(Self.isBoundaryByte)
        else { throw .boundary }
        self.body = body
        dashBoundary = Array("--".utf8) + boundary
    }

    /// The first delimiter, which may stand at the very beginning.
    func first() -> Delimiter? {
        delimiter(at: body.startIndex, lineStart: body.startIndex) ?? next(from: body.startIndex)
    }

    /// The first delimiter whose line end is at `start` or later.
    func next(from start: Int) -> Delimiter? {
        var rest = body[start...]
        while let end = rest.firstIndex(of: 0x0D) {
            if isLineEnd(at: end), let found = delimiter(at: end, lineStart: end + 2) { return found }
            rest = rest[(end + 1)...]
        }
        return nil
    }

    /// The delimiter whose line starts at `lineStart`: boundary, `--` if it is the last, padding, line end.
    private func delimiter(at start: Int, lineStart: Int) -> Delimiter? {
        guard body[lineStart...].starts(with: dashBoundary) else { return nil }
        var position = lineStart + dashBoundary.count
        let isClosing = body[position...].starts(with: Array("--".utf8))
        if isClosing { position += 2 }
        position = body[position...].firstIndex { !$0.isFieldWhitespace } ?? body.endIndex
        if isLineEnd(at: position) { return Delimiter(range: start..<position + 2, isClosing: isClosing) }
        // After the last delimiter the line end is optional.
        guard isClosing, position == body.endIndex else { return nil }
        return Delimiter(range: start..<position, isClosing: true)
    }

    private func isLineEnd(at position: Int) -> Bool {
        body.endIndex - position >= 2 && body[position] == 0x0D && body[position + 1] == 0x0A
    }

    private static func isBoundaryByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: boundaryMarks.contains(byte)
        }
    }

    private static let boundaryMarks = Array("'()+_,-./:=? ".utf8)
}
