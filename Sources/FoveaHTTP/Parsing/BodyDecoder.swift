/// Collects or skips one body.
struct BodyDecoder: Sendable {
    private enum Source: Sendable {
        case length(remaining: Int)
        case chunked(ChunkedDecoder)
    }

    let isDiscarding: Bool
    /// Octets of content so far.
    private(set) var receivedBytes = 0
    private var source: Source
    private var content: [UInt8] = []
    /// The length that was announced, if one was.
    private let expectedBytes: Int?

    /// An empty body.
    init() {
        isDiscarding = false
        source = .length(remaining: 0)
        expectedBytes = 0
    }

    init(_ framing: BodyFraming, limits: HTTPLimits, maxBytes: Int, fieldCount: Int, isDiscarding: Bool) {
        self.isDiscarding = isDiscarding
        switch framing {
        case .none: (source, expectedBytes) = (.length(remaining: 0), 0)
        case .length(let length): (source, expectedBytes) = (.length(remaining: length), length)
        case .chunked:
            source = .chunked(ChunkedDecoder(limits: limits, maxBytes: maxBytes, fieldCount: fieldCount))
            expectedBytes = nil
        }
    }

    /// The content, which is handed out once.
    mutating func takeContent() -> [UInt8] {
        defer { content = [] }
        return content
    }

    /// Reads on from `position`, and returns whether the body is complete.
    mutating func decode(_ input: Span<UInt8>, from position: inout Int) throws(ProtocolFailure) -> Bool {
        switch source {
        case .length(let remaining):
            let count = min(remaining, input.count - position)
            append(input.extracting(position..<(position + count)))
            position += count
            source = .length(remaining: remaining - count)
            return count == remaining
        case .chunked(var decoder):
            // Moved out and back, so that the decoder's buffer is never shared and copied.
            source = .length(remaining: 0)
            let isComplete = try decoder.decode(input, from: &position) { append($0) }
            source = .chunked(decoder)
            return isComplete
        }
    }

    private mutating func append(_ octets: Span<UInt8>) {
        receivedBytes += octets.count
        guard !isDiscarding, !octets.isEmpty else { return }
        if content.count + octets.count > content.capacity {
            content.reserveCapacity(max(content.count + octets.count, nextCapacity))
        }
        octets.withUnsafeBufferPointer { content.append(contentsOf: $0) }
    }

    /// Doubles, but not past an announced length. That much is taken at once when a part of it is here: it is within the
    /// budget of all bodies, and the system gives the memory only as it is written to.
    private var nextCapacity: Int {
        let doubled = max(2 * content.count, 4096)
        guard let expectedBytes else { return doubled }
        return content.count < 64 << 10 ? min(doubled, expectedBytes) : expectedBytes
    }
}
