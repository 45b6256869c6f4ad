/// The checksum of zip entries: CRC-32 with the reflected polynomial 0xEDB88320.
struct CRC32 {
    private static let stride = 8

    /// Table `k` at `256 * k`: the effect of a byte that is followed by `k` more of the eight taken at once.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 256 * stride)
        for byte in 0..<256 {
            var remainder = UInt32(byte)
            for _ in 0..<8 { remainder = remainder >> 1 ^ (remainder & 1 == 1 ? 0xEDB8_8320 : 0) }
            tables[byte] = remainder
        }
        for index in 256..<tables.count {
            let shorter = tables[index - 256]
            tables[index] = shorter >> 8 ^ tables[Int(shorter & 0xFF)]
        }
        return tables
    }()

    private var register: UInt32 = 0xFFFF_FFFF

    /// The checksum of all bytes so far.
    var value: UInt32 { ~register }

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        CRC32.tables.withUnsafeBufferPointer { tables in
            let wholeBytes = bytes.count - bytes.count % CRC32.stride
            for start in Swift.stride(from: 0, to: wholeBytes, by: CRC32.stride) {
                let word = bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self).littleEndian
                let mixed = word ^ UInt64(register)
                var next: UInt32 = 0
                for lane in 0..<CRC32.stride {
                    let byte = Int(truncatingIfNeeded: mixed >> UInt64(8 * lane) & 0xFF)
                    next ^= tables[256 * (CRC32.stride - 1 - lane) + byte]
                }
                register = next
            }
            for byte in bytes[wholeBytes...] {
                register = register >> 8 ^ tables[Int((register ^ UInt32(byte)) & 0xFF)]
            }
        }
    }
}
