import FoveaJSON
import Crypto

/// The SHA-256 of a file or a download.
public struct SHA256Digest: Sendable, Hashable, CustomStringConvertible {
    /// 64 lower-case hexadecimal digits.
    public let description: String

    /// The digest that `text` spells in 64 hexadecimal digits of either case, else `nil`.
    public init?(_ text: String) {
        guard text.utf8.count == 64, text.utf8.allSatisfy({ hexadecimalDigit($0) != nil }) else { return nil }
        description = text.lowercased()
    }

    init(_ digest: SHA256.Digest) {
        let digits = Array("0123456789abcdef".utf8)
        let text = digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        description = String(decoding: text, as: UTF8.self)
    }
}

/// What is known beforehand of a digest: all of it, or how it begins.
public enum ExpectedDigest: Sendable, Equatable {
    case whole(SHA256Digest)
    /// At least eight lower-case hexadecimal digits.
    case prefix(String)

    func accepts(_ digest: SHA256Digest) -> Bool {
        switch self {
        case .whole(let expected): digest == expected
        case .prefix(let start): digest.description.utf8.starts(with: start.utf8)
        }
    }

    /// The digits that are known.
    public var text: String {
        switch self {
        case .whole(let digest): digest.description
        case .prefix(let start): start + "…"
        }
    }
}
