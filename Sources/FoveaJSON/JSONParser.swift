/// Reads one JSON text strictly, as a tree or step by step: no repair, no duplicate fields, bounded size and depth.
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

    let bytes: [UInt8]
    let end: Int
    let limits: Limits
    var position: Int
    var depth = 0
    private var valuesLeft: Int

    /// The value that the whole of `bytes` is the text of.
    public static func parse(_ bytes: [UInt8], limits: Limits) throws(JSONError) -> JSONValue {
        var parser = try JSONParser(bytes, limits: limits)
        let value = try parser.value()
        try parser.finish()
        return value
    }

    /// Starts to walk through a text, for one that must not become a tree as a whole.
    ///
    /// - Parameter range: where in `bytes` the text is; nil for everywhere.
    public init(_ bytes: [UInt8], in range: Range<Int>? = nil, limits: Limits) throws(JSONError) {
        let range = range ?? bytes.indices
        precondition(
            range.lowerBound >= 0 && range.upperBound <= bytes.count, "\(range) is not in \(bytes.count) bytes")
        guard range.count <= limits.bytes else { throw .tooLarge(bytes: range.count, limit: limits.bytes) }
        (self.bytes, self.limits, valuesLeft) = (bytes, limits, limits.values)
        (position, end) = (range.lowerBound, range.upperBound)
    }

    func peek() -> UInt8? { position < end ? bytes[position] : nil }

    mutating func skipSpace() {
        while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    func unexpected() -> JSONError {
        peek().map { .unexpectedByte($0, offset: position) } ?? .unexpectedEnd
    }

    mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        position += 1
        return true
    }

    /// Reads the value that comes next.
    public mutating func value() throws(JSONError) -> JSONValue {
        skipSpace()
        switch peek() {
        case UInt8(ascii: "{"): return try .object(object())
        case UInt8(ascii: "["): return try .array(array())
        default: break
        }
        try count()
        switch peek() {
        case UInt8(ascii: "\""): return try .string(string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        default: return try .number(number())
        }
    }

    /// Throws unless the text ends here.
    public mutating func finish() throws(JSONError) {
        skipSpace()
        if let byte = peek() { throw .unexpectedByte(byte, offset: position) }
    }

    mutating func count() throws(JSONError) {
        guard valuesLeft > 0 else { throw .tooManyValues(limit: limits.values) }
        valuesLeft -= 1
    }

    private mutating func literal(_ text: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        for index in 0..<text.utf8CodeUnitCount {
            guard take(text.utf8Start[index]) else { throw unexpected() }
        }
        return value
    }

    private mutating func object() throws(JSONError) -> [JSONValue.Field] {
        guard var members = try openObject() else { throw unexpected() }
        var fields: [JSONValue.Field] = []
        while let name = try nextName(&members) { fields.append(.init(name, try value())) }
        return fields
    }

    private mutating func array() throws(JSONError) -> [JSONValue] {
        guard var elements = try openArray() else { throw unexpected() }
        var values: [JSONValue] = []
        while try hasNext(&elements) { values.append(try value()) }
        return values
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

    mutating func string() throws(JSONError) -> String {
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
