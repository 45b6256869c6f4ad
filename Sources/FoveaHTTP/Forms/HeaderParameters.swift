/// A `name=value` of a field such as Content-Type or Content-Disposition.
public struct HeaderParameter: Sendable, Equatable {
    /// In lower case; names are not case-sensitive.
    public let name: String
    /// Without quotes and escapes.
    public let value: [UInt8]
}

/// Reads the pieces of a field value, in one pass over its bytes (RFC 9110 section 5.6).
struct FieldValueReader {
    /// No field that we know has more parameters.
    static let parameterLimit = 16

    private var rest: ArraySlice<UInt8>

    init(_ value: ArraySlice<UInt8>) { rest = value }

    /// Takes a token; nil if none is next.
    mutating func token() -> ArraySlice<UInt8>? {
        let token = rest.prefix(while: \.isTokenByte)
        rest = rest[token.endIndex...]
        return token.isEmpty ? nil : token
    }

    /// Takes `byte`, if it is next.
    mutating func take(_ byte: UInt8) -> Bool {
        guard rest.first == byte else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// Takes everything left, which must be `*( OWS ";" OWS [ name "=" value ] )`; nil if it is not, if a name occurs
    /// twice, or if there are too many.
    mutating func parameters() -> [HeaderParameter]? {
        var parameters: [HeaderParameter] = []
        skipWhitespace()
        while !rest.isEmpty {
            guard take(UInt8(ascii: ";")) else { return nil }
            skipWhitespace()
            guard let name = token()?.lowercasedASCII else { continue }
            guard take(UInt8(ascii: "=")), let value = value(), parameters.count < Self.parameterLimit,
                !parameters.contains(where: { $0.name == name })
            else { return nil }
            parameters.append(HeaderParameter(name: name, value: value))
            skipWhitespace()
        }
        return parameters
    }

    /// Takes a token or a quoted string.
    private mutating func value() -> [UInt8]? {
        guard take(UInt8(ascii: "\"")) else { return token().map(Array.init) }
        var value: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return value
            case UInt8(ascii: "\\"):
                guard let escaped = rest.popFirst(), escaped.isFieldByte else { return nil }
                value.append(escaped)
            default:
                guard byte.isFieldByte else { return nil }
                value.append(byte)
            }
        }
        return nil
    }

    private mutating func skipWhitespace() {
        rest = rest.drop(while: \.isFieldWhitespace)
    }
}

extension UInt8 {
    /// A byte of a token: visible ASCII that separates nothing (RFC 9110 section 5.6.2).
    var isTokenByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: Self.tokenMarks.contains(self)
        }
    }

    private static let tokenMarks = Array("!#$%&'*+-.^_`|~".utf8)

    /// Optional whitespace around a field's parts: space and tab, nothing else.
    var isFieldWhitespace: Bool { self == 0x20 || self == 0x09 }

    /// A byte that may occur in a field value: no control byte but tab. Bytes from 0x80 on have no meaning here.
    var isFieldByte: Bool { self == 0x09 || (self >= 0x20 && self != 0x7F) }
}

extension Collection<UInt8> {
    /// The text of ASCII bytes in lower case; no other byte is changed.
    var lowercasedASCII: String {
        let lowered = map { byte in
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte + 0x20 : byte
        }
        return String(decoding: lowered, as: UTF8.self)
    }
}
