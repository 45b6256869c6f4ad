/// The memory behind one or more tensors: a run of `count` floats, freed with its last tensor.
///
/// `@unchecked Sendable`: elements are written only by the code that makes the tensor, before anyone else has it;
/// afterwards they are read only.
final class TensorStorage: @unchecked Sendable {
    let elements: UnsafeMutableBufferPointer<Float>

    init(count: Int) {
        let bytes = UnsafeMutableRawPointer.allocate(
            byteCount: max(count, 1) * MemoryLayout<Float>.stride, alignment: 64)
        elements = UnsafeMutableBufferPointer(start: bytes.bindMemory(to: Float.self, capacity: count), count: count)
    }

    deinit { UnsafeMutableRawPointer(elements.baseAddress)?.deallocate() }
}
