import FoundationEssentials
import FoveaTensor

/// Files of nothing but float32, little-endian, in row-major order.
enum RawFloats {
    /// Reads a tensor of `shape`; the file must be exactly as long as that takes.
    static func read(_ path: String, shape: Shape) throws(BenchError) -> Tensor {
        guard let data = FileManager.default.contents(atPath: path) else { throw .unreadableInput(path) }
        let expected = shape.reduce(4, *)
        guard data.count == expected else {
            throw .wrongInputSize(path, shape: shape, expected: expected, got: data.count)
        }
        let values = data.withUnsafeBytes { bytes in
            stride(from: 0, to: expected, by: 4).map { offset in
                Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
            }
        }
        return Tensor(values, shape: shape)
    }

    static func write(_ values: [Float], to path: String) throws(BenchError) {
        let bytes = values.flatMap { value in
            withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
        }
        guard FileManager.default.createFile(atPath: path, contents: Data(bytes)) else { throw .unwritable(path) }
    }
}
