@testable import FoveaHTTP
import Testing

/// All that a parser makes of some bytes, fed in pieces of `size`.
struct ParserTranscript: Equatable {
    enum Event: Equatable {
        case request(RequestHead, body: [UInt8])
        case malformed(ProtocolFailure)
        case incomplete
    }

    var events: [Event] = []

    /// - Parameters:
    ///   - size: octets in each piece.
    ///   - maxBytes: the body limit that every request is admitted with.
    init(_ bytes: [UInt8], pieces size: Int, limits: HTTPLimits = HTTPLimits(), maxBytes: Int = 16 * 1024 * 1024) {
        var parser = RequestParser(limits: limits)
        var head: RequestHead?
        var start = 0
        repeat {
            let end = min(bytes.count, start + size)
            let piece = Array(bytes[start..<end])
            start = end
            var position = 0
            reading: while true {
                switch parser.parse(piece.span, from: &position) {
                case .needMore: break reading
                case .head(let parsed):
                    head = parsed.head
                    do throws(ProtocolFailure) {
                        try parser.readBody(upTo: maxBytes)
                    } catch {
                        events.append(.malformed(error))
                        return
                    }
                case .body(let body):
                    if let head { events.append(.request(head, body: body)) }
                case .discarded: break
                case .malformed(let failure):
                    events.append(.malformed(failure))
                    return
                }
            }
        } while start < bytes.count
        if !parser.isBetweenRequests { events.append(.incomplete) }
    }

    /// The failure that ended it.
    var failure: ProtocolFailure? {
        guard case .malformed(let failure) = events.last else { return nil }
        return failure
    }

    /// The bodies of the complete requests.
    var bodies: [[UInt8]] {
        events.compactMap { if case .request(_, let body) = $0 { body } else { nil } }
    }

    var heads: [RequestHead] {
        events.compactMap { if case .request(let head, _) = $0 { head } else { nil } }
    }
}

/// Feeds `text` whole and byte by byte; both must agree.
func transcript(
    _ text: String, limits: HTTPLimits = HTTPLimits(), maxBytes: Int = 16 * 1024 * 1024
) -> ParserTranscript {
    let bytes = Array(text.utf8)
    let whole = ParserTranscript(bytes, pieces: max(1, bytes.count), limits: limits, maxBytes: maxBytes)
    let bytewise = ParserTranscript(bytes, pieces: 1, limits: limits, maxBytes: maxBytes)
    #expect(whole == bytewise)
    return whole
}
