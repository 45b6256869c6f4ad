/// The memory behind one or more tensors: a run of `count` floats, given back with its last tensor.
///
/// `@unchecked Sendable`: elements are written only by the code that makes the tensor, before anyone else has it;
/// afterwards they are read only.
final class TensorStorage: @unchecked Sendable {
    let elements: UnsafeMutableBufferPointer<Float>
    private var bytes: Int { elements.count * MemoryLayout<Float>.stride }

    init(count: Int) {
        let block = TensorMemory.take(bytes: count * MemoryLayout<Float>.stride)
        elements = UnsafeMutableBufferPointer(start: block.bindMemory(to: Float.self, capacity: count), count: count)
    }

    deinit {
        if let block = UnsafeMutableRawPointer(elements.baseAddress) { TensorMemory.giveBack(block, bytes: bytes) }
    }
}
