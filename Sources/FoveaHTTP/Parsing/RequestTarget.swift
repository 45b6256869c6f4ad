import HTTPTypes

/// What a request is for (RFC 9112 section 3.2), checked but not decoded.
struct RequestTarget: Sendable, Equatable {
    /// Starts with `/`, or is `*`.
    var path: String
    var query: String?
    /// Host and port of an absolute-form target.
    var authority: String?

    /// Parses the form of target that `method` allows.
    init(_ text: ArraySlice<UInt8>, method: HTTPRequest.Method) throws(ProtocolFailure) {
        if method == .connect {
            // authority-form is for CONNECT alone and has a port (RFC 9110 section 9.3.6).
            guard let authority = Authority(text), authority.hasPort else {
                throw .malformed("the target of CONNECT must be host and port")
            }
            throw .connectRefused()
        }
        if text.elementsEqual("*".utf8) {
            guard method == .options else { throw .malformed("the target * is for OPTIONS alone") }
            self.path = "*"
        } else if text.first == Octet.slash {
            (path, query) = try Self.pathAndQuery(text)
        } else {
            self = try Self.absolute(text, method: method)
        }
    }

    private init(path: String, query: String?, authority: String) {
        self.path = path
        self.query = query
        self.authority = authority
    }

    /// absolute-form (RFC 9112 section 3.2.2): `http://` authority, then path and query.
    private static func absolute(_ text: ArraySlice<UInt8>, method: HTTPRequest.Method) throws(ProtocolFailure) -> Self
    {
        guard let colon = text.firstIndex(of: Octet.colon), text[colon...].starts(with: "://".utf8) else {
            throw .malformed("the target must start with / or with http://")
        }
        let scheme = text[..<colon]
        if scheme.equalsIgnoringASCIICase("https") { throw .notForPlainConnection() }
        guard scheme.equalsIgnoringASCIICase("http") else { throw .malformed("the scheme of the target must be http") }
        let rest = text[(colon + 3)...]
        let end = rest.firstIndex { $0 == Octet.slash || $0 == Octet.question } ?? rest.endIndex
        guard let authority = Authority(rest[..<end]) else {
            throw .malformed("the target must name a host, and a port of at most 65535 if any, and no user")
        }
        if end == rest.endIndex {
            // OPTIONS of a whole server, the only way a client of a proxy can ask for it (RFC 9112 section 3.2.4).
            return Self(path: method == .options ? "*" : "/", query: nil, authority: authority.text)
        }
        var (path, query) = try pathAndQuery(rest[end...])
        if path.isEmpty { path = "/" }
        return Self(path: path, query: query, authority: authority.text)
    }

    private static func pathAndQuery(_ text: ArraySlice<UInt8>) throws(ProtocolFailure) -> (String, String?) {
        let end = text.firstIndex(of: Octet.question) ?? text.endIndex
        guard text[..<end].consists(of: .path, percentEscapes: true) else {
            throw .malformed("the path has an octet that must be percent-encoded, or a broken percent escape")
        }
        let path = String(decoding: text[..<end], as: UTF8.self)
        guard end < text.endIndex else { return (path, nil) }
        let query = text[(end + 1)...]
        guard query.consists(of: .query, percentEscapes: true) else {
            throw .malformed("the query has an octet that must be percent-encoded, or a broken percent escape")
        }
        return (path, String(decoding: query, as: UTF8.self))
    }
}
