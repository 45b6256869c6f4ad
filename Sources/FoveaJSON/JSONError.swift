/// Why bytes are not the JSON that was expected.
public enum JSONError: Error, Equatable {
    case unexpectedEnd
    /// The byte at `offset` can't stand there.
    case unexpectedByte(UInt8, offset: Int)
    case invalidUTF8(offset: Int)
    case invalidEscape(offset: Int)
    case numberOutOfRange(offset: Int)
    case duplicateField(String)
    case tooDeep(limit: Int)
    case tooManyValues(limit: Int)
    case tooLarge(bytes: Int, limit: Int)
}

extension JSONError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unexpectedEnd: "the JSON ends too early"
        case .unexpectedByte(let byte, let offset):
            "not JSON at byte \(offset): unexpected "
                + ((0x21...0x7E).contains(byte) ? "'\(Character(UnicodeScalar(byte)))'" : "byte \(byte)")
        case .invalidUTF8(let offset): "the JSON is not UTF-8 at byte \(offset)"
        case .invalidEscape(let offset): "unknown escape in the JSON string at byte \(offset)"
        case .numberOutOfRange(let offset): "the JSON number at byte \(offset) is too large"
        case .duplicateField(let name): "the field '\(name.printable)' is given twice"
        case .tooManyValues(let limit): "the JSON has more than \(limit) values"
        case .tooDeep(let limit): "the JSON is nested more than \(limit) deep"
        case .tooLarge(let bytes, let limit): "the JSON has \(bytes) bytes, at most \(limit) are accepted"
        }
    }
}
