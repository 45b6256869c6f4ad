import FoveaModels
import FoveaTensor

/// An embedding as a file holds it: `fovea\0`, the version 1 and the photograph's width and height, 4 bytes each, the
/// elements, all with the least significant byte first, and the SHA-256 of all that, 32 bytes.
extension ImageEmbedding {
    private static let magic = Array("fovea\0".utf8)
    private static let headerBytes = magic.count + 3 * 4
    private static let version: UInt32 = 1

    var fileBytes: [UInt8] {
        var file = Self.magic
        file.reserveCapacity(Self.headerBytes + bytes + 32)
        for number in [Self.version, UInt32(clamping: frame.width), UInt32(clamping: frame.height)] {
            withUnsafeBytes(of: number.littleEndian) { file.append(contentsOf: $0) }
        }
        elements.withUnsafeBytes { file.append(contentsOf: $0) }
        return file + SHA256Digest.bytes(of: file[...])
    }

    /// Reads what `fileBytes` gave; nil of anything else, as a damaged file or another version's.
    ///
    /// - Parameter geometry: of the segmenter.
    convenience init?(fileBytes file: [UInt8], _ geometry: SegmenterGeometry) {
        let count = geometry.embedding.product
        let end = Self.headerBytes + count * MemoryLayout<Float16>.stride
        guard file.count == end + 32, file.starts(with: Self.magic),
            SHA256Digest.bytes(of: file[..<end]).elementsEqual(file[end...])
        else { return nil }
        let header = file.withUnsafeBytes { file in
            (0..<3).map { file.loadUnaligned(fromByteOffset: Self.magic.count + 4 * $0, as: UInt32.self) }
        }.map { Int(UInt32(littleEndian: $0)) }
        guard header[0] == Self.version, header[1] > 0, header[2] > 0 else { return nil }
        let elements = [Float16](unsafeUninitializedCapacity: count) { elements, written in
            UnsafeMutableRawBufferPointer(elements).copyBytes(from: file[Self.headerBytes..<end])
            written = count
        }
        self.init(elements: elements, frame: ImageFrame(width: header[1], height: header[2], side: geometry.side))
    }
}
