import HTTPTypes

/// Writes status line and fields of a response (RFC 9112 section 4).
struct ResponseHead {
    /// How the client finds the end of the content.
    enum Framing: Equatable {
        case length(Int)
        case chunked
        /// Up to the end of the connection, for HTTP/1.0.
        case close
        /// No content by definition: 204 and 304 (RFC 9110 section 8.6).
        case none
    }

    let status: HTTPResponse.Status
    let fields: HTTPFields
    let framing: Framing
    let closes: Bool
    /// The value of `Date`.
    let date: [UInt8]

    /// The head with its empty line, in an array with room for `extraCapacity` more octets.
    func serialized(extraCapacity: Int) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(512 + extraCapacity)
        Self.append("HTTP/1.1 \(status.code) ", to: &out)
        Self.appendGuarded(status.reasonPhrase.utf8, to: &out)
        Self.append("\r\nServer: fovea\r\nX-Content-Type-Options: nosniff\r\nDate: ", to: &out)
        out.append(contentsOf: date)
        switch framing {
        case .length(let length): Self.append("\r\nContent-Length: \(length)", to: &out)
        case .chunked: Self.append("\r\nTransfer-Encoding: chunked", to: &out)
        case .close, .none: break
        }
        Self.append(closes ? "\r\nConnection: close\r\n" : "\r\n", to: &out)
        for field in fields where !Self.isOwn(field.name) {
            Self.append(field.name.rawName, to: &out)
            Self.append(": ", to: &out)
            field.withUnsafeBytesOfValue { Self.appendGuarded($0, to: &out) }
            Self.append("\r\n", to: &out)
        }
        Self.append("\r\n", to: &out)
        return out
    }

    /// Fields that are the connection's to set.
    private static func isOwn(_ name: HTTPField.Name) -> Bool {
        switch name.canonicalName {
        case "content-length", "transfer-encoding", "connection", "date", "server", "x-content-type-options": true
        default: false
        }
    }

    private static func append(_ text: String, to out: inout [UInt8]) {
        out.append(contentsOf: text.utf8)
    }

    /// Controls become spaces: no value may end its line (RFC 9110 section 5.5).
    private static func appendGuarded(_ octets: some Sequence<UInt8>, to out: inout [UInt8]) {
        out.append(contentsOf: octets.lazy.map { $0.isForbiddenControl ? Octet.space : $0 })
    }
}

extension Response {
    /// Whether the application asks for the connection's end.
    var asksForClose: Bool {
        var found = false
        for value in fields[values: .connection] {
            Array(value.utf8).forEachListMember { if $0.equalsIgnoringASCIICase("close") { found = true } }
        }
        return found
    }

    /// The framing of the answer to a request with `method` and `version`, both `nil` if no head was understood.
    func framing(method: HTTPRequest.Method?, version: RequestHead.Version?) -> ResponseHead.Framing {
        if status == .noContent || status == .notModified { return .none }
        switch body {
        case .bytes(let bytes):
            // The answer to a HEAD may know the length without having the content (RFC 9110 section 9.3.2).
            if method == .head, bytes.isEmpty, let stated = fields[.contentLength].flatMap({ Int($0) }), stated >= 0 {
                return .length(stated)
            }
            return .length(bytes.count)
        case .stream:
            return (version?.minor ?? 1) >= 1 ? .chunked : .close
        }
    }
}
