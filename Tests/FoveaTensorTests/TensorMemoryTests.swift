import Testing

@testable import FoveaTensor

/// Serialized, and the only suite that trims: the kept memory is the process's.
@Suite(.serialized) struct TensorMemoryTests {
    /// A size that no other test uses.
    private let bytes = 11_000_001

    @Test("Memory that was given back is given out again")
    func recycling() {
        let block = TensorMemory.take(bytes: bytes)
        TensorMemory.giveBack(block, bytes: bytes)
        #expect(TensorMemory.take(bytes: bytes - 1) == block)
        TensorMemory.giveBack(block, bytes: bytes)
        TensorMemory.trim()
    }

    @Test("No more is kept than the limit says")
    func limit() {
        let previous = TensorMemory.limit
        defer { TensorMemory.limit = previous }
        TensorMemory.limit = 1 << 20
        TensorMemory.giveBack(TensorMemory.take(bytes: bytes), bytes: bytes)
        #expect(TensorMemory.keptBytes <= 1 << 20)
        TensorMemory.limit = 30_000_000
        let blocks = (0..<3).map { _ in TensorMemory.take(bytes: bytes) }
        for block in blocks { TensorMemory.giveBack(block, bytes: bytes) }
        #expect(TensorMemory.keptBytes <= 30_000_000)
        #expect(TensorMemory.keptBytes >= bytes)
    }

    @Test("Blocks are never smaller than asked, and at most an eighth larger", arguments: [0, 1, 511, 512, 513, 9000])
    func blockSizes(bytes: Int) {
        #expect(TensorMemory.blockSize(bytes) >= bytes)
        #expect(TensorMemory.blockSize(bytes) <= max(512, bytes + bytes / 8 + 1))
        #expect(TensorMemory.blockSize(bytes + 1_000_000) <= (bytes + 1_000_000) * 9 / 8 + 1)
    }
}
