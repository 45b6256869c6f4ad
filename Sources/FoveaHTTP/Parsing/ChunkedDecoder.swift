/// Undoes the chunked transfer coding (RFC 9112 section 7.1), whatever the pieces in which it arrives.
///
/// Extensions are checked and ignored, trailer fields are checked and dropped.
struct ChunkedDecoder: Sendable {
    private enum State: Sendable {
        case sizeLine
        case data(remaining: Int)
        /// The CRLF after a chunk's data.
        case dataEnd
        case trailers
    }

    private let limits: HTTPLimits
    /// Largest decoded length.
    private let maxBytes: Int
    private var state = State.sizeLine
    private var lines = LineReader()
    private var decodedBytes = 0
    private var chunks = 0
    private var extensionBytes = 0
    private var trailerBytes = 0
    private var fieldsLeft: Int

    /// - Parameter fieldCount: fields of the head, which count towards the limit of trailer fields.
    init(limits: HTTPLimits, maxBytes: Int, fieldCount: Int) {
        self.limits = limits
        self.maxBytes = maxBytes
        fieldsLeft = limits.fieldCount - fieldCount
    }

    /// Reads on from `position`, hands every run of content to `content`, and returns whether the body is complete.
    mutating func decode(
        _ input: Span<UInt8>, from position: inout Int, into content: (Span<UInt8>) -> Void
    ) throws(ProtocolFailure) -> Bool {
        while true {
            switch state {
            case .sizeLine:
                guard try readLine(input, from: &position, limit: limits.chunkLineBytes) else { return false }
                try beginChunk()
            case .data(let remaining):
                let count = min(remaining, input.count - position)
                guard count > 0 else { return false }
                content(input.extracting(position..<(position + count)))
                position += count
                state = count == remaining ? .dataEnd : .data(remaining: remaining - count)
            case .dataEnd:
                guard try readLine(input, from: &position, limit: 0) else { return false }
                state = .sizeLine
            case .trailers:
                let limit = min(limits.fieldLineBytes, max(0, limits.trailerBytes - trailerBytes - 2))
                guard try readLine(input, from: &position, limit: limit) else { return false }
                if lines.line.isEmpty { return true }
                try dropTrailer()
            }
        }
    }

    /// Whether a whole line is in `lines.line`.
    private mutating func readLine(
        _ input: Span<UInt8>, from position: inout Int, limit: Int
    ) throws(ProtocolFailure) -> Bool {
        switch (lines.read(input, from: &position, limit: limit), state) {
        case (.line, _): return true
        case (.needMore, _): return false
        case (.tooLong, .trailers):
            throw .fieldsTooLarge("the trailer fields are over the limit in bytes", limit: limits.trailerBytes)
        case (.tooLong, .dataEnd): throw .malformed("a chunk's data is not followed by CRLF")
        case (.tooLong, _): throw .malformed("the first line of a chunk is longer than \(limit) bytes")
        case (.malformed, _): throw .malformed("a chunk has a control character, or a line without CRLF")
        }
    }

    private mutating func beginChunk() throws(ProtocolFailure) {
        let header = try ChunkHeader(lines.line, maxDigits: limits.chunkSizeDigits)
        extensionBytes += header.extensionBytes
        guard extensionBytes <= limits.chunkExtensionBytes else {
            throw .chunksTooLarge("the extensions", limit: limits.chunkExtensionBytes)
        }
        guard header.size > 0 else {
            state = .trailers
            return
        }
        chunks += 1
        guard chunks <= limits.chunkCount else { throw .chunksTooLarge("the chunks", limit: limits.chunkCount) }
        guard let size = Int(exactly: header.size), size <= maxBytes - decodedBytes else {
            throw .bodyTooLarge(limit: maxBytes)
        }
        decodedBytes += size
        state = .data(remaining: size)
    }

    private mutating func dropTrailer() throws(ProtocolFailure) {
        trailerBytes += lines.line.count + 2
        fieldsLeft -= 1
        guard fieldsLeft >= 0 else {
            throw .fieldsTooLarge("head and trailers have more fields than the limit", limit: limits.fieldCount)
        }
        _ = try FieldLine(lines.line)
    }
}
