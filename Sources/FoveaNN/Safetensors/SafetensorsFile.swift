/// The safetensors container: eight bytes of header length, a JSON header, then the tensors' bytes without a gap.
enum SafetensorsFile {
    private static let prefixBytes = 8

    static func tensors(
        in file: CheckpointFile, limits: CheckpointLimits
    ) throws(CheckpointError) -> [NamedTensor] {
        var cursor = FileCursor(file, 0..<file.size)
        let announced = try cursor.littleEndian(UInt64.self)
        let headerBytes = Int(clamping: announced)
        try CheckpointLimits.check(.headerBytes, headerBytes, atMost: limits.headerBytes)
        let header = try SafetensorsHeader(try cursor.bytes(headerBytes), limits: limits)
        let dataStart = prefixBytes + headerBytes
        try checkLayout(of: header.tensors, fileSize: file.size, dataBytes: file.size - dataStart)
        return header.tensors.map { entry in
            let tensor = StoredTensor(
                type: entry.type, shape: entry.shape, strides: StoredTensor.rowMajorStrides(of: entry.shape),
                offset: dataStart + entry.begin)
            return (entry.name, tensor)
        }
    }

    /// The tensors tile the data: no hole, no overlap, no byte too many, each as long as its shape needs.
    private static func checkLayout(
        of tensors: [SafetensorsHeader.Entry], fileSize: Int, dataBytes: Int
    ) throws(CheckpointError) {
        var end = 0
        for tensor in tensors.sorted(by: { ($0.begin, $0.end) < ($1.begin, $1.end) }) {
            // A product of a count that fits the file by at most 8 bytes an element doesn't overflow.
            let count = try StoredTensor.count(of: tensor.shape, inFileOf: fileSize)
            guard tensor.begin == end, tensor.end >= end, tensor.end - end == count * tensor.type.byteCount else {
                throw .safetensors(.layout(tensor.name))
            }
            end = tensor.end
        }
        guard end == dataBytes else { throw .safetensors(.dataSize(expected: end, got: dataBytes)) }
    }
}
