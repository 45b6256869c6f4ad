import Testing

@testable import FoveaImage

@Suite struct ExifOrientationTests {
    static let little: [UInt8] = [
        0x49, 0x49, 42, 0, 8, 0, 0, 0, 2, 0, 0x0F, 1, 2, 0, 9, 0, 0, 0, 99, 0, 0, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0,
        0,
    ]
    static let big: [UInt8] = [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 8, 0, 0]

    static func orientation(_ bytes: [UInt8]) -> Int? {
        bytes.withUnsafeBufferPointer { Orientation(exif: ByteReader(bytes: $0))?.rawValue }
    }

    @Test("Both byte orders are read")
    func byteOrders() {
        #expect(Self.orientation(Self.little) == 6)
        #expect(Self.orientation(Self.big) == 8)
    }

    @Test("A tag cut off anywhere is no tag")
    func cutOff() {
        for end in 0..<Self.little.count - 2 { #expect(Self.orientation(Array(Self.little[..<end])) == nil, "\(end)") }
        for end in 0..<Self.big.count - 2 { #expect(Self.orientation(Array(Self.big[..<end])) == nil, "\(end)") }
    }

    @Test(
        "A wrong value, type, count or address is no tag",
        arguments: [(19, 0), (19, 9), (13, 4), (17, 2), (4, 255), (7, 21)])
    func wrong(at offset: Int, value: UInt8) {
        var bytes = Self.big
        bytes[offset] = value
        #expect(Self.orientation(bytes) == nil)
    }
}
