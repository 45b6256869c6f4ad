/// Cuts lines out of octets that arrive in pieces of any size.
///
/// A line ends with CRLF and nothing else; a bare CR, a bare LF or any other control but HTAB makes the input malformed
/// at once, so a client that never sends CRLF isn't waited for (RFC 9112 section 2.2).
/// Each octet is looked at once, and the outcome doesn't depend on where the input was cut.
struct LineReader: Sendable {
    enum Outcome { case needMore, line, tooLong, malformed }

    /// The line that `read` found, without its CRLF.
    private(set) var line: [UInt8] = []
    private var sawCarriageReturn = false
    private var isComplete = false

    /// Whether no octet of the next line has been read.
    var isAtLineStart: Bool { isComplete || (line.isEmpty && !sawCarriageReturn) }

    /// Reads on from `position`, up to the end of the line; `limit` counts the octets before the CRLF.
    mutating func read(_ input: Span<UInt8>, from position: inout Int, limit: Int) -> Outcome {
        if isComplete {
            line.removeAll(keepingCapacity: true)
            isComplete = false
        }
        if !sawCarriageReturn {
            // One octet more than fits: it must be the CR.
            let end = min(input.count, position + max(0, limit - line.count) + 1)
            var index = position
            while index < end, !input[index].isForbiddenControl { index += 1 }
            input.extracting(position..<index).withUnsafeBufferPointer { line.append(contentsOf: $0) }
            position = index
            guard line.count <= limit else { return .tooLong }
            guard index < end else { return .needMore }
            guard input[index] == Octet.carriageReturn else { return .malformed }
            sawCarriageReturn = true
            position += 1
        }
        guard position < input.count else { return .needMore }
        guard input[position] == Octet.lineFeed else { return .malformed }
        position += 1
        sawCarriageReturn = false
        isComplete = true
        return .line
    }
}
