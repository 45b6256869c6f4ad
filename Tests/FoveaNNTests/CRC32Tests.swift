import Testing

@testable import FoveaNN

@Suite struct CRC32Tests {
    @Test func checkValueOfTheStandardHolds() {
        #expect(CRC32.checksum(Array("123456789".utf8)) == 0xCBF4_3926)
        #expect(CRC32.checksum([]) == 0)
    }

    @Test("Any split of the bytes gives the same checksum", arguments: 0...40)
    func split(at middle: Int) {
        let bytes = (0..<40).map { UInt8(truncatingIfNeeded: $0 * 37) }
        var parts = CRC32()
        bytes[..<middle].withUnsafeBytes { parts.update($0) }
        bytes[middle...].withUnsafeBytes { parts.update($0) }
        // Computed with Python's zlib.crc32.
        #expect(parts.value == 0x54EC_2289)
    }
}

extension CRC32 {
    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var checksum = CRC32()
        bytes.withUnsafeBytes { checksum.update($0) }
        return checksum.value
    }
}
