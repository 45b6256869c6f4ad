extension JSONScanner {
    /// A string that is short enough to be a name.
    mutating func name() throws(CheckpointError) -> String {
        let name = try string()
        try CheckpointLimits.check(.nameBytes, name.utf8.count, atMost: nameBytes)
        return name
    }

    /// A string of any length.
    mutating func string() throws(CheckpointError) -> String {
        try expect(UInt8(ascii: "\""))
        var text: [UInt8] = []
        while offset < bytes.count {
            let byte = bytes[offset]
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else { throw syntaxError }
                offset += 1
                return string
            case ..<0x20: throw syntaxError
            case UInt8(ascii: "\\"):
                offset += 1
                text.append(contentsOf: try escape())
            default:
                offset += 1
                text.append(byte)
            }
        }
        throw syntaxError
    }

    /// What stands behind a backslash, as UTF-8.
    private mutating func escape() throws(CheckpointError) -> [UInt8] {
        guard offset < bytes.count else { throw syntaxError }
        let letter = bytes[offset]
        offset += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [letter]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): return try Array(String(unicodeEscape()).utf8)
        default: throw syntaxError
        }
    }

    /// The scalar of `\uXXXX`, or of two of them that are a surrogate pair.
    private mutating func unicodeEscape() throws(CheckpointError) -> Character {
        let unit = try hexadecimal()
        if let scalar = Unicode.Scalar(unit) { return Character(scalar) }
        guard unit < 0xDC00, offset + 1 < bytes.count, bytes[offset] == UInt8(ascii: "\\"),
            bytes[offset + 1] == UInt8(ascii: "u")
        else { throw syntaxError }
        offset += 2
        let low = try hexadecimal()
        guard (0xDC00..<0xE000).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
        else { throw syntaxError }
        return Character(scalar)
    }

    private mutating func hexadecimal() throws(CheckpointError) -> UInt32 {
        guard bytes.count - offset >= 4 else { throw syntaxError }
        var value: UInt32 = 0
        for byte in bytes[offset..<offset + 4] {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt32(byte - UInt8(ascii: "A") + 10)
            default: throw syntaxError
            }
        }
        offset += 4
        return value
    }
}
