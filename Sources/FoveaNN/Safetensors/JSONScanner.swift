/// A strict scanner for the little JSON that a safetensors header may hold: objects, arrays, strings, whole numbers.
///
/// The caller says what must come next (the header's grammar is fixed, three levels deep), so there is no recursion
/// for a deeply nested header to exhaust.
struct JSONScanner {
    let bytes: [UInt8]
    let nameBytes: Int
    var offset = 0

    /// Makes a scanner of `bytes` that takes names of at most `nameBytes`.
    init(_ bytes: [UInt8], nameBytes: Int) { (self.bytes, self.nameBytes) = (bytes, nameBytes) }

    var syntaxError: CheckpointError { .safetensors(.syntax(offset: offset)) }

    /// Takes `byte`, after white space.
    mutating func expect(_ byte: UInt8) throws(CheckpointError) {
        guard take(byte) else { throw syntaxError }
    }

    /// Takes `byte`, after white space, if it is next.
    mutating func take(_ byte: UInt8) -> Bool {
        skipWhiteSpace()
        guard offset < bytes.count, bytes[offset] == byte else { return false }
        offset += 1
        return true
    }

    /// Only spaces may be left: the padding of the header.
    mutating func expectPadding() throws(CheckpointError) {
        while offset < bytes.count {
            guard bytes[offset] == UInt8(ascii: " ") else { throw syntaxError }
            offset += 1
        }
    }

    /// Calls `member` behind each key of an object; keys differ.
    mutating func object(
        _ member: (inout JSONScanner, String) throws(CheckpointError) -> Void
    ) throws(CheckpointError) {
        try expect(UInt8(ascii: "{"))
        if take(UInt8(ascii: "}")) { return }
        var keys: Set<String> = []
        repeat {
            let key = try name()
            guard keys.insert(key).inserted else { throw .safetensors(.repeatedKey(key)) }
            try expect(UInt8(ascii: ":"))
            try member(&self, key)
        } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "}"))
    }

    /// An array of whole numbers; throws `excess` if there are more than `limit`.
    mutating func integers(
        atMost limit: Int, orElse excess: CheckpointError
    ) throws(CheckpointError) -> [Int] {
        try expect(UInt8(ascii: "["))
        if take(UInt8(ascii: "]")) { return [] }
        var integers: [Int] = []
        repeat {
            guard integers.count < limit else { throw excess }
            integers.append(try integer())
        } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "]"))
        return integers
    }

    /// A number without sign, fraction and exponent.
    private mutating func integer() throws(CheckpointError) -> Int {
        skipWhiteSpace()
        let start = offset
        var value = 0
        while offset < bytes.count, case let digit = bytes[offset] &- UInt8(ascii: "0"), digit < 10 {
            let (tens, tensOverflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflows) = tens.addingReportingOverflow(Int(digit))
            guard !tensOverflow, !overflows else { throw syntaxError }
            value = sum
            offset += 1
        }
        let hasLeadingZero = offset - start > 1 && bytes[start] == UInt8(ascii: "0")
        guard offset > start, !hasLeadingZero else { throw syntaxError }
        return value
    }

    private mutating func skipWhiteSpace() {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x20, 0x09, 0x0A, 0x0D: offset += 1
            default: return
            }
        }
    }
}
