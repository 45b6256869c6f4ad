/// The name of a model, which is also the name of its folder: nothing that could lead out of the repository.
public struct ModelName: Sendable, Hashable, CustomStringConvertible {
    public let description: String

    /// Throws `RepositoryError.invalidName` unless `text` matches `[A-Za-z0-9][A-Za-z0-9._-]{0,63}` without `..`.
    public init(_ text: String) throws(RepositoryError) {
        guard ModelName.isValid(text.utf8) else { throw .invalidName(text) }
        description = text
    }

    private static func isValid(_ bytes: String.UTF8View) -> Bool {
        guard (1...64).contains(bytes.count), let first = bytes.first, isAlphanumeric(first) else { return false }
        var previous: UInt8 = 0
        for byte in bytes {
            guard isAlphanumeric(byte) || byte == dot || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-"),
                !(byte == dot && previous == dot)
            else { return false }
            previous = byte
        }
        return true
    }

    private static let dot = UInt8(ascii: ".")

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
