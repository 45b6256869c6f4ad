import HTTPTypes

/// The first line of a request (RFC 9112 section 3).
struct RequestLine: Sendable, Equatable {
    var method: HTTPRequest.Method
    var target: RequestTarget
    var version: RequestHead.Version

    /// Parses `line`, which has no CRLF: method, SP, target, SP, version, and not one octet else.
    init(_ line: [UInt8]) throws(ProtocolFailure) {
        guard let first = line.firstIndex(of: Octet.space), let last = line.lastIndex(of: Octet.space), first < last
        else { throw .malformed("the request line must be method, target and version with one space between them") }
        let (methodText, targetText) = (line[..<first], line[(first + 1)..<last])
        guard let method = Self.method(methodText) else { throw .malformed("the method is not a token") }
        self.version = try Self.version(line[(last + 1)...])
        self.method = method
        self.target = try RequestTarget(targetText, method: method)
    }

    /// Shared values for the methods of every day; others are made, since a method is any token.
    private static func method(_ text: ArraySlice<UInt8>) -> HTTPRequest.Method? {
        if text.elementsEqual("GET".utf8) { return .get }
        if text.elementsEqual("POST".utf8) { return .post }
        guard text.consists(of: .token) else { return nil }
        return HTTPRequest.Method(String(decoding: text, as: UTF8.self))
    }

    /// `HTTP/` DIGIT `.` DIGIT, case-sensitive (RFC 9112 section 2.3); another major version is answered 505.
    private static func version(_ text: ArraySlice<UInt8>) throws(ProtocolFailure) -> RequestHead.Version {
        let octets = Array(text)
        guard octets.count == 8, octets.starts(with: "HTTP/".utf8), octets[6] == UInt8(ascii: "."),
            let major = octets[5].decimalDigit, let minor = octets[7].decimalDigit
        else { throw .malformed("the version must be HTTP/1.1 or HTTP/1.0") }
        guard major == 1 else { throw .unsupportedVersion() }
        return RequestHead.Version(major: Int(major), minor: Int(minor))
    }
}
