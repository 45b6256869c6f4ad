extension JSONParser {
    /// The members of an object that is being read.
    public struct Members {
        fileprivate var names: Set<[UInt8]> = []
    }

    /// The elements of an array that is being read.
    public struct Elements {
        fileprivate var isFirst = true
    }

    /// Goes into the object that comes next; nil, and nothing is read, if something else comes.
    public mutating func openObject() throws(JSONError) -> Members? {
        try open(UInt8(ascii: "{")) ? Members() : nil
    }

    /// Goes into the array that comes next; nil, and nothing is read, if something else comes.
    public mutating func openArray() throws(JSONError) -> Elements? {
        try open(UInt8(ascii: "[")) ? Elements() : nil
    }

    /// Whether an array comes next.
    public mutating func isAtArray() -> Bool {
        skipSpace()
        return peek() == UInt8(ascii: "[")
    }

    /// The name of the object's next member, whose value must be read then; nil where the object ends.
    public mutating func nextName(_ members: inout Members) throws(JSONError) -> String? {
        guard try advance(isFirst: members.names.isEmpty, to: UInt8(ascii: "}")) else { return nil }
        skipSpace()
        guard peek() == UInt8(ascii: "\"") else { throw unexpected() }
        let name = try string()
        guard members.names.insert(Array(name.utf8)).inserted else { throw .duplicateField(name) }
        skipSpace()
        guard take(UInt8(ascii: ":")) else { throw unexpected() }
        return name
    }

    /// Whether the array has another element, which must be read then.
    public mutating func hasNext(_ elements: inout Elements) throws(JSONError) -> Bool {
        defer { elements.isFirst = false }
        return try advance(isFirst: elements.isFirst, to: UInt8(ascii: "]"))
    }

    private mutating func open(_ bracket: UInt8) throws(JSONError) -> Bool {
        skipSpace()
        guard peek() == bracket else { return false }
        try count()
        guard depth < limits.depth else { throw .tooDeep(limit: limits.depth) }
        depth += 1
        position += 1
        return true
    }

    /// Passes the comma before the next entry; false, past the closing bracket, where there is none.
    private mutating func advance(isFirst: Bool, to bracket: UInt8) throws(JSONError) -> Bool {
        skipSpace()
        if take(bracket) {
            depth -= 1
            return false
        }
        guard isFirst || take(UInt8(ascii: ",")) else { throw unexpected() }
        return true
    }

    /// Passes over the value that comes next and returns where it stands.
    ///
    /// Of an array, which may be long, only brackets and quotes are looked at: whoever reads it later finds what else is
    /// wrong with it.
    public mutating func skip() throws(JSONError) -> Range<Int> {
        skipSpace()
        let start = position
        guard peek() == UInt8(ascii: "[") else {
            _ = try value()
            return start..<position
        }
        // Without a bounds check a byte, which would be most of the time here.
        let bracket: Int? = bytes.withUnsafeBufferPointer { bytes in
            var (open, index) = (0, start)
            while index < end {
                index = Self.nextMark(in: bytes, from: index, to: end)
                guard index < end else { return nil }
                switch bytes[index] {
                case UInt8(ascii: "["), UInt8(ascii: "{"): open += 1
                case UInt8(ascii: "]"), UInt8(ascii: "}"): open -= 1
                case UInt8(ascii: "\""):
                    index += 1
                    while index < end, bytes[index] != UInt8(ascii: "\"") {
                        index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
                    }
                default: break
                }
                index += 1
                if open == 0 { return index <= end ? index : nil }
            }
            return nil
        }
        guard let bracket else { throw .unexpectedEnd }
        position = bracket
        return start..<bracket
    }

    /// Where the next bracket or quote is, or what differs from one in a single bit; eight bytes are looked at in one step.
    private static func nextMark(in bytes: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int) -> Int {
        let (ones, high): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
        var index = start
        while index + 8 <= end {
            let text = UnsafeRawBufferPointer(bytes).loadUnaligned(fromByteOffset: index, as: UInt64.self)
            // This bit is all that tells [ from { and ] from }; a quote has it.
            let folded = UInt64(littleEndian: text) | ones * 0x20
            func places(of mark: UInt8) -> UInt64 {
                // The lowest high bit that is set stands for the first byte that is zero.
                let difference = folded ^ ones * UInt64(mark)
                return (difference &- ones) & ~difference & high
            }
            let marks =
                places(of: UInt8(ascii: "{")) | places(of: UInt8(ascii: "}")) | places(of: UInt8(ascii: "\""))
            if marks != 0 { return index + marks.trailingZeroBitCount / 8 }
            index += 8
        }
        return index
    }
}
