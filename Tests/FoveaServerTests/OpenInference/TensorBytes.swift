@testable import FoveaServer

/// Bodies as a client of the binary tensor data extension makes them.
enum TensorBytes {
    static func fp16(_ values: [Float]) -> [UInt8] { values.flatMap { littleEndian(Float16($0).bitPattern) } }
    static func fp32(_ values: [Float]) -> [UInt8] { values.flatMap { littleEndian($0.bitPattern) } }
    static func fp64(_ values: [Double]) -> [UInt8] { values.flatMap { littleEndian($0.bitPattern) } }
    static func strings(_ strings: [[UInt8]]) -> [UInt8] {
        strings.flatMap { littleEndian(UInt32($0.count)) + $0 }
    }

    private static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
        (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}

extension ModelInterface {
    /// Of a network for images of two by one pixels.
    static let tiny = ModelInterface(height: 1, width: 2, classes: 3, maxBatch: 2)
}
