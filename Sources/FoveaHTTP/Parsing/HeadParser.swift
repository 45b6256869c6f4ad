import HTTPTypes

/// A head with what the connection needs to know beyond the application.
struct ParsedHead: Sendable, Equatable {
    var head: RequestHead
    var framing: BodyFraming
    /// Whether the client lets the connection live on (RFC 9112 section 9.3); HTTP/1.0 never does.
    var isPersistent: Bool
}

/// Parses a request line and the fields after it, line by line as they arrive.
struct HeadParser: Sendable {
    enum Progress: Sendable {
        case needMore
        case head(ParsedHead)
    }

    private let limits: HTTPLimits
    private let remoteAddress: String
    private var lines = LineReader()
    private var emptyLines = 0
    private var requestLine: RequestLine?
    private var fields = HTTPFields()
    private var sectionBytes = 0
    private var framing = FramingFields()
    private var hosts: [[UInt8]] = []
    private var wantsClose = false
    private var expectsContinue = false
    private var expectsMore = false

    init(limits: HTTPLimits, remoteAddress: String) {
        self.limits = limits
        self.remoteAddress = remoteAddress
    }

    /// Whether no octet of the head has been read, except for empty lines before it.
    var isUntouched: Bool { requestLine == nil && lines.isAtLineStart }

    /// Fields read so far, which count towards the limit that trailers share.
    var fieldCount: Int { fields.count }

    /// Reads on from `position`, which is moved past what was used.
    mutating func parse(_ input: Span<UInt8>, from position: inout Int) throws(ProtocolFailure) -> Progress {
        while true {
            guard try readLine(input, from: &position) else { return .needMore }
            if requestLine == nil {
                if lines.line.isEmpty {
                    emptyLines += 1
                    guard emptyLines <= limits.leadingEmptyLines else {
                        throw .malformed("empty lines where a request line should be")
                    }
                } else {
                    requestLine = try RequestLine(lines.line)
                }
            } else if lines.line.isEmpty {
                return .head(try complete())
            } else {
                try addField(FieldLine(lines.line))
            }
        }
    }

    /// Whether a whole line is in `lines.line`.
    private mutating func readLine(_ input: Span<UInt8>, from position: inout Int) throws(ProtocolFailure) -> Bool {
        let isField = requestLine != nil
        let sectionLeft = limits.fieldSectionBytes - sectionBytes - 2
        let limit = isField ? min(limits.fieldLineBytes, max(0, sectionLeft)) : limits.requestLineBytes
        switch lines.read(input, from: &position, limit: limit) {
        case .needMore:
            return false
        case .line:
            if isField { sectionBytes += lines.line.count + 2 }
            return true
        case .malformed:
            throw .malformed("a line has a control character, or does not end with CRLF")
        case .tooLong where isField && limit == limits.fieldLineBytes:
            throw .fieldsTooLarge("a field line is over the limit in bytes", limit: limits.fieldLineBytes)
        case .tooLong where isField:
            throw .fieldsTooLarge("the fields together are over the limit in bytes", limit: limits.fieldSectionBytes)
        case .tooLong:
            // A method longer than any the server implements (RFC 9112 section 3); otherwise it is the target.
            guard lines.line.contains(Octet.space) else {
                throw lines.line.consists(of: .token)
                    ? .methodTooLong() : .malformed("the request line does not start with a method")
            }
            throw .targetTooLong(limit: limits.requestLineBytes)
        }
    }

    private mutating func addField(_ line: FieldLine) throws(ProtocolFailure) {
        guard fields.count < limits.fieldCount else {
            throw .fieldsTooLarge("the head has more fields than the limit", limit: limits.fieldCount)
        }
        guard let name = HTTPField.Name(String(decoding: line.name, as: UTF8.self)) else {
            throw .malformed("a field name is not a token")
        }
        fields.append(HTTPField(name: name, value: line.value))
        switch name.canonicalName {
        case "host": hosts.append(Array(line.value))
        case "content-length": try framing.addContentLength(line.value)
        case "transfer-encoding": framing.addTransferEncoding(line.value)
        case "connection":
            line.value.forEachListMember { if $0.equalsIgnoringASCIICase("close") { wantsClose = true } }
        case "expect":
            line.value.forEachListMember { member in
                if member.equalsIgnoringASCIICase("100-continue") { expectsContinue = true } else { expectsMore = true }
            }
        default: break
        }
    }

    private func complete() throws(ProtocolFailure) -> ParsedHead {
        guard let requestLine else { throw .malformed("the request line is missing") }
        let (target, version) = (requestLine.target, requestLine.version)
        let host = try host(of: version)
        let framing = try framing.framing(of: version)
        guard !expectsMore else { throw .expectationFailed() }
        let head = RequestHead(
            method: requestLine.method, path: target.path, query: target.query, fields: fields, version: version,
            authority: target.authority ?? host, remoteAddress: remoteAddress,
            // A 1.0 client doesn't know interim responses (RFC 9110 section 10.1.1).
            expectsContinue: expectsContinue && version.minor >= 1,
            contentLength: framing.length)
        return ParsedHead(head: head, framing: framing, isPersistent: !wantsClose && version.minor >= 1)
    }

    /// Exactly one valid `Host`; HTTP/1.0 may leave it out (RFC 9112 section 3.2).
    private func host(of version: RequestHead.Version) throws(ProtocolFailure) -> String? {
        guard hosts.count <= 1 else { throw .malformed("Host is given more than once") }
        guard let host = hosts.first else {
            guard version.minor == 0 else { throw .malformed("Host is missing") }
            return nil
        }
        guard let authority = Authority(host[...]) else {
            throw .malformed("Host must be a host and a port of at most 65535 if any")
        }
        return authority.text
    }
}
