/// How the end of a request's body is found (RFC 9112 section 6.3).
enum BodyFraming: Sendable, Equatable {
    case none
    case length(Int)
    case chunked

    /// The announced length, if one was announced.
    var length: Int? {
        guard case .length(let length) = self else { return nil }
        return length
    }

    /// Whether content is to come.
    var announcesContent: Bool { self != .none && self != .length(0) }
}

/// The statements of a head about framing: of all that could be said, one plain statement is accepted.
///
/// Whatever two readers could understand differently is refused, which is what keeps requests from being smuggled past
/// a proxy (RFC 9112 section 11.2).
struct FramingFields: Sendable {
    private var lengths = 0
    private var length: Int?
    private var hasTransferEncoding = false
    private var codings: [[UInt8]] = []

    mutating func addContentLength(_ value: ArraySlice<UInt8>) throws(ProtocolFailure) {
        lengths += 1
        guard !value.isEmpty, value.allSatisfy({ $0.decimalDigit != nil }) else {
            throw .malformed("Content-Length must be decimal digits")
        }
        var sum = 0
        for octet in value {
            let (product, overflowed) = sum.multipliedReportingOverflow(by: 10)
            let (next, overflowedAgain) = product.addingReportingOverflow(Int(octet.decimalDigit ?? 0))
            // A length past 2^63 is no syntax error; it is past every limit too.
            sum = overflowed || overflowedAgain ? Int.max : next
            if sum == Int.max { break }
        }
        length = sum
    }

    mutating func addTransferEncoding(_ value: ArraySlice<UInt8>) {
        hasTransferEncoding = true
        value.forEachListMember { codings.append(Array($0)) }
    }

    /// The framing of a request of `version`.
    func framing(of version: RequestHead.Version) throws(ProtocolFailure) -> BodyFraming {
        guard hasTransferEncoding else {
            guard lengths <= 1 else { throw .malformed("Content-Length is given more than once") }
            return length.map(BodyFraming.length) ?? .none
        }
        guard lengths == 0 else { throw .malformed("Content-Length and Transfer-Encoding exclude each other") }
        // RFC 9112 section 6.1: faulty framing, even though the coding could be undone.
        guard version.minor >= 1 else { throw .malformed("HTTP/1.0 has no Transfer-Encoding") }
        guard codings.allSatisfy({ !$0.isEmpty && $0.consists(of: .token) }) else {
            throw .malformed("Transfer-Encoding must be a list of transfer codings without parameters")
        }
        guard codings.last?.equalsIgnoringASCIICase("chunked") == true else {
            throw .malformed("the last transfer coding of a request must be chunked")
        }
        let others = codings.dropLast()
        guard !others.contains(where: { $0.equalsIgnoringASCIICase("chunked") }) else {
            throw .malformed("the transfer coding chunked is applied more than once")
        }
        guard others.isEmpty else { throw .unknownTransferCoding() }
        return .chunked
    }
}
