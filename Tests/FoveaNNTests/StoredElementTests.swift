import Testing

@testable import FoveaNN

@Suite struct StoredElementTests {
    @Test func everyHalfConvertsAsTheCompilerDoes() {
        for bits in UInt16.min...UInt16.max {
            let expected = Float(Float16(bitPattern: bits))
            let got = StoredFloat16(bits: bits).float
            if expected.isNaN {
                #expect(got.isNaN)
            } else {
                #expect(got.bitPattern == expected.bitPattern, "half \(bits)")
            }
        }
    }

    @Test func bfloatsAreTheUpperHalfOfAFloat() {
        #expect(StoredBFloat16(bits: 0x3F80).float == 1)
        #expect(StoredBFloat16(bits: 0xC049).float == -3.140625)
        #expect(StoredBFloat16(bits: 0x0001).float.bitPattern == 0x0001_0000)
    }

    @Test func anyNonzeroByteIsTrue() {
        #expect([0, 1, 2, 255].map { StoredBool(bits: $0).float } == [0, 1, 1, 1])
    }
}
