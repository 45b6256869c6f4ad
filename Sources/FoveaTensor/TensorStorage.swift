/// The memory behind one or more tensors: room for `capacity` floats or more, given back with its last reference.
///
/// `@unchecked Sendable`: elements are written only by the code that makes the tensor, before anyone else has it;
/// afterwards they are read only, until `TensorMemory` finds that nobody has it any more.
final class TensorStorage: @unchecked Sendable {
    let start: UnsafeMutablePointer<Float>
    let bytes: Int

    init(count: Int) {
        bytes = Block.roundedSize(count * MemoryLayout<Float>.stride)
        start = Block.allocate(bytes).bindMemory(to: Float.self, capacity: bytes / MemoryLayout<Float>.stride)
    }

    deinit { Block.free(start, bytes) }
}
