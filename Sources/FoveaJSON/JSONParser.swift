/// Reads one JSON text strictly: no repair, no duplicate fields, bounded size and depth.
public struct JSONParser {
    public struct Limits: Sendable {
        public var bytes: Int
        public var depth: Int
        /// Values altogether: a small text of many values becomes a large tree.
        public var values: Int

        public init(bytes: Int, depth: Int = 32, values: Int = 1 << 20) {
            (self.bytes, self.depth, self.values) = (bytes, depth, values)
        }
    }

    private let bytes: [UInt8]
    private let limits: Limits
    private var position = 0
    private var valuesLeft: Int

    /// The value that the whole of `bytes` is the text of.
    public static func parse(_ bytes: [UInt8], limits: Limits) throws(JSONError) -> JSONValue {
        guard bytes.count <= limits.bytes else { throw .tooLarge(bytes: bytes.count, limit: limits.bytes) }
        var parser = JSONParser(bytes: bytes, limits: limits)
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        if let byte = parser.peek() { throw .unexpectedByte(byte, offset: parser.position) }
        return value
    }

    private init(bytes: [UInt8], limits: Limits) {
        (self.bytes, self.limits, valuesLeft) = (bytes, limits, limits.values)
    }

    private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private func unexpected() -> JSONError {
        peek().map { .unexpectedByte($0, offset: position) } ?? .unexpectedEnd
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        position += 1
        return true
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        skipSpace()
        guard valuesLeft > 0 else { throw .tooManyValues(limit: limits.values) }
        valuesLeft -= 1
        switch peek() {
        case UInt8(ascii: "{"): return try .object(object(depth: depth + 1))
        case UInt8(ascii: "["): return try .array(array(depth: depth + 1))
        case UInt8(ascii: "\""): return try .string(string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        default: return try .number(number())
        }
    }

    private mutating func literal(_ text: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        for index in 0..<text.utf8CodeUnitCount {
            guard take(text.utf8Start[index]) else { throw unexpected() }
        }
        return value
    }

    private mutating func object(depth: Int) throws(JSONError) -> [JSONValue.Field] {
        guard depth <= limits.depth else { throw .tooDeep(limit: limits.depth) }
        position += 1
        var fields: [JSONValue.Field] = []
        var names: Set<[UInt8]> = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return fields }
        while true {
            skipSpace()
            guard peek() == UInt8(ascii: "\"") else { throw unexpected() }
            let name = try string()
            guard names.insert(Array(name.utf8)).inserted else { throw .duplicateField(name) }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw unexpected() }
            fields.append(.init(name, try value(depth: depth)))
            skipSpace()
            if take(UInt8(ascii: "}")) { return fields }
            guard take(UInt8(ascii: ",")) else { throw unexpected() }
        }
    }

    private mutating func array(depth: Int) throws(JSONError) -> [JSONValue] {
        guard depth <= limits.depth else { throw .tooDeep(limit: limits.depth) }
        position += 1
        var values: [JSONValue] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return values }
        while true {
            values.append(try value(depth: depth))
            skipSpace()
            if take(UInt8(ascii: "]")) { return values }
            guard take(UInt8(ascii: ",")) else { throw unexpected() }
        }
    }

    private mutating func number() throws(JSONError) -> Double {
        let start = position
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try digits() }
        if take(UInt8(ascii: ".")) { try digits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let value = Double(text), value.isFinite else { throw .numberOutOfRange(offset: start) }
        return value
    }

    private mutating func digits() throws(JSONError) {
        let start = position
        while let byte = peek(), (0x30...0x39).contains(byte) { position += 1 }
        guard position > start else { throw unexpected() }
    }

    private mutating func string() throws(JSONError) -> String {
        let start = position
        position += 1
        var text: [UInt8] = []
        while let byte = peek() {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else { throw .invalidUTF8(offset: start) }
                return string
            case UInt8(ascii: "\\"): text += try escape()
            case 0x00..<0x20: throw .unexpectedByte(byte, offset: position - 1)
            default: text.append(byte)
            }
        }
        throw .unexpectedEnd
    }

    /// The UTF-8 of the escape whose backslash has just been read.
    private mutating func escape() throws(JSONError) -> [UInt8] {
        let start = position - 1
        guard let letter = peek() else { throw .unexpectedEnd }
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [letter]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): break
        default: throw .invalidEscape(offset: start)
        }
        var code = try hexadecimal(start)
        if (0xD800..<0xDC00).contains(code) {
            guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else { throw .invalidEscape(offset: start) }
            let low = try hexadecimal(start)
            guard (0xDC00..<0xE000).contains(low) else { throw .invalidEscape(offset: start) }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = UnicodeScalar(code) else { throw .invalidEscape(offset: start) }
        return Array(String(scalar).utf8)
    }

    private mutating func hexadecimal(_ start: Int) throws(JSONError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek() else { throw .unexpectedEnd }
            guard let digit = hexadecimalDigit(byte) else { throw .invalidEscape(offset: start) }
            code = code << 4 | UInt32(digit)
            position += 1
        }
        return code
    }
}

/// The value of an ASCII hexadecimal digit of either case.
public func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
}
