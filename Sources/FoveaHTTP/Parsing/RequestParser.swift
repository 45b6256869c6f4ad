/// Turns octets into requests, one after the other, as they arrive: no socket, no clock, no memory of the past.
///
/// A head and its body come apart, because between the two the application decides about the body:
/// after `.head` call `readBody` or `discardBody`, then go on with the same input.
/// Time is linear in the input, and the outcome doesn't depend on where the input was cut.
struct RequestParser: Sendable {
    enum Progress: Sendable {
        /// All input was used, and the message isn't complete.
        case needMore
        case head(ParsedHead)
        /// The body, complete; next comes another head.
        case body([UInt8])
        /// The body that was to be discarded is over; next comes another head.
        case discarded
        /// No more input can be understood.
        case malformed(ProtocolFailure)
    }

    private enum State: Sendable {
        case head
        case decision
        case body
        case malformed(ProtocolFailure)
    }

    private let limits: HTTPLimits
    private let remoteAddress: String
    private var state = State.head
    private var headParser: HeadParser
    private var framing = BodyFraming.none
    private var body = BodyDecoder()

    init(limits: HTTPLimits, remoteAddress: String = "") {
        self.limits = limits
        self.remoteAddress = remoteAddress
        headParser = HeadParser(limits: limits, remoteAddress: remoteAddress)
    }

    /// Whether no octet of a request has been read since the last one was complete.
    var isBetweenRequests: Bool {
        if case .head = state { headParser.isUntouched } else { false }
    }

    /// Octets of the current body that have been read.
    var bodyBytes: Int { body.receivedBytes }

    /// Reads on from `position`, which is moved past what was used.
    mutating func parse(_ input: Span<UInt8>, from position: inout Int) -> Progress {
        do throws(ProtocolFailure) {
            switch state {
            case .head:
                guard case .head(let parsed) = try headParser.parse(input, from: &position) else { return .needMore }
                framing = parsed.framing
                state = .decision
                return .head(parsed)
            case .decision:
                preconditionFailure("a head is followed by readBody or discardBody")
            case .body:
                guard try body.decode(input, from: &position) else { return .needMore }
                let progress: Progress = body.isDiscarding ? .discarded : .body(body.takeContent())
                state = .head
                headParser = HeadParser(limits: limits, remoteAddress: remoteAddress)
                return progress
            case .malformed(let failure):
                return .malformed(failure)
            }
        } catch {
            state = .malformed(error)
            body = BodyDecoder()
            return .malformed(error)
        }
    }

    /// Lets a body of up to `maxBytes` come; throws if the head announced more.
    mutating func readBody(upTo maxBytes: Int) throws(ProtocolFailure) {
        try beginBody(maxBytes: maxBytes, isDiscarding: false)
    }

    /// Skips a body of up to `maxBytes`; throws if the head announced more.
    mutating func discardBody(upTo maxBytes: Int) throws(ProtocolFailure) {
        try beginBody(maxBytes: maxBytes, isDiscarding: true)
    }

    private mutating func beginBody(maxBytes: Int, isDiscarding: Bool) throws(ProtocolFailure) {
        if case .length(let length) = framing, length > maxBytes {
            let failure = ProtocolFailure.bodyTooLarge(limit: maxBytes)
            state = .malformed(failure)
            throw failure
        }
        body = BodyDecoder(
            framing, limits: limits, maxBytes: maxBytes, fieldCount: headParser.fieldCount, isDiscarding: isDiscarding)
        state = .body
    }
}
