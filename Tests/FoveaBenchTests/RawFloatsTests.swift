import Foundation
import FoveaTensor
import Testing

@testable import FoveaBench

@Suite struct RawFloatsTests {
    private let path = FileManager.default.temporaryDirectory.appending(path: "fovea-\(UUID().uuidString)").path

    @Test("Floats are written little-endian and read back")
    func roundTrip() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        try RawFloats.write([1, -0.5, .infinity, 3.25], to: path)
        let bytes = [UInt8](try #require(FileManager.default.contents(atPath: path)))
        #expect(bytes.prefix(8) == [0, 0, 0x80, 0x3F, 0, 0, 0, 0xBF])
        let tensor = try RawFloats.read(path, shape: [2, 2])
        #expect(tensor.shape == [2, 2])
        #expect(tensor.values == [1, -0.5, .infinity, 3.25])
    }

    @Test("A file of another length, and none at all, are said to be so")
    func wrongFiles() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(throws: BenchError.unreadableInput(path)) { try RawFloats.read(path, shape: [1]) }
        try RawFloats.write([1, 2, 3], to: path)
        let wrong = BenchError.wrongInputSize(path, shape: [2, 2], expected: 16, got: 12)
        #expect(throws: wrong) { try RawFloats.read(path, shape: [2, 2]) }
        #expect("\(wrong)" == "\(path) has 12 bytes; the input [2, 2] in float32 takes 16")
        let nowhere = path + "/nowhere"
        #expect(throws: BenchError.unwritable(nowhere)) { try RawFloats.write([1], to: nowhere) }
    }
}
