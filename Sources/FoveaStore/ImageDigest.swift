import Foundation

/// The sha256 of an image's bytes, by which it is known.
struct ImageDigest: Sendable, Hashable {
    let bytes: [UInt8]

    /// Reads 64 hexadecimal digits of either case.
    init(hex: String) throws(StoreError) {
        let digits = Array(hex.utf8.prefix(65))
        guard digits.count == 64 else { throw .invalidDigest }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: 64, by: 2) {
            guard let high = Self.value(of: digits[index]), let low = Self.value(of: digits[index + 1]) else {
                throw .invalidDigest
            }
            bytes.append(high << 4 | low)
        }
        self.bytes = bytes
    }

    /// The digest in lower case.
    var hex: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// The digest as a column holds it.
    var data: Data { Data(bytes) }

    private static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
