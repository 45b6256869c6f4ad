/// A run of bytes out of a file, read at offsets that may be wrong.
struct ByteReader {
    let bytes: UnsafeBufferPointer<UInt8>
    var isLittleEndian = false

    /// The byte at `offset`, if there is one.
    func byte(at offset: Int) -> UInt8? {
        bytes.indices.contains(offset) ? bytes[offset] : nil
    }

    /// The 16-bit number at `offset`, if all of it is there.
    func uint16(at offset: Int) -> Int? {
        guard offset >= 0, bytes.count >= 2, offset <= bytes.count - 2 else { return nil }
        let (first, second) = (Int(bytes[offset]), Int(bytes[offset + 1]))
        return isLittleEndian ? second << 8 | first : first << 8 | second
    }

    /// The 32-bit number at `offset`, if all of it is there.
    func uint32(at offset: Int) -> Int? {
        guard let first = uint16(at: offset), let second = uint16(at: offset + 2) else { return nil }
        return isLittleEndian ? second << 16 | first : first << 16 | second
    }

    /// The `count` bytes at `offset`, if all are there.
    func run(at offset: Int, count: Int) -> ByteReader? {
        guard offset >= 0, count >= 0, offset <= bytes.count, count <= bytes.count - offset else { return nil }
        return ByteReader(bytes: UnsafeBufferPointer(rebasing: bytes[offset..<offset + count]))
    }
}
