import Synchronization
import Testing

@testable import FoveaTensor

/// Serialized, and the only suite that trims: the kept memory is the process's.
@Suite(.serialized) struct TensorMemoryTests {
    /// A size that no other test uses.
    private let count = 3_000_001
    private var bytes: Int { Block.roundedSize(count * 4) }

    @Test("Memory is given out again once nobody refers to it, also for somewhat less")
    func recycling() {
        TensorMemory.trim()
        var storage: TensorStorage? = TensorMemory.recycledStorage(count: count)
        let block = storage?.start
        let other = TensorMemory.recycledStorage(count: count)
        #expect(other.start != block)
        storage = nil
        #expect(TensorMemory.recycledStorage(count: count - 1).start == block)
        #expect(TensorMemory.recycledStorage(count: count / 2).start == block)
        #expect(TensorMemory.recycledStorage(count: count / 5).start != block)
    }

    @Test("A view keeps the memory of its tensor")
    func views() {
        onThreads(1) {
            let view = Tensor(repeating: 1, shape: Shape(1, 70_001)).applying(.relu).sliced(1, 3..<5)
            let block = view.storage.start
            #expect(TensorMemory.recycledStorage(count: 70_001).start != block)
            withExtendedLifetime(view) {}
        }
    }

    @Test("Results of jobs are recycled, tensors made elsewhere are not")
    func owners() {
        let elsewhere = (0..<2).map { _ in Tensor([1, 2, 3], shape: [3]) }.map { $0.storage.bytes }
        #expect(elsewhere == [64, 64])
        TensorMemory.trim()
        let before = TensorMemory.keptBytes
        _ = Tensor(repeating: 1, shape: Shape(count)).contiguous()
        #expect(TensorMemory.keptBytes < before + bytes)
        onThreads(1) { _ = Tensor(repeating: 1, shape: Shape(count)).contiguous() }
        #expect(TensorMemory.keptBytes >= bytes)
    }

    @Test("No more is kept than the limit says, and what doesn't fit is the tensor's own")
    func limit() {
        let previous = TensorMemory.limit
        defer { TensorMemory.limit = previous }
        let used = TensorMemory.usedBytes
        TensorMemory.limit = used + (1 << 20)
        _ = TensorMemory.recycledStorage(count: count)
        #expect(TensorMemory.keptBytes <= 1 << 20)
        // What other tests hold counts, too.
        TensorMemory.limit = used + 30_000_000
        for _ in 0..<2 {
            let storages = (0..<3).map { _ in TensorMemory.recycledStorage(count: count) }
            #expect(Set(storages.map(\.start)).count == 3)
        }
        #expect(TensorMemory.keptBytes <= 30_000_000)
        #expect(TensorMemory.keptBytes >= bytes)
        TensorMemory.limit = 0
        #expect(TensorMemory.keptBytes == 0)
    }

    @Test("What is kept is not in the memory of jobs, which is free for the next one")
    func kept() {
        let copy = Mutex<Tensor?>(nil)
        let used = TensorMemory.usedBytes
        onThreads(1) {
            let made = Tensor(repeating: 1, shape: Shape(count)).contiguous()
            copy.withLock { $0 = made.kept() }
        }
        #expect(copy.withLock { $0?.values } == [Float](repeating: 1, count: count))
        #expect(TensorMemory.usedBytes <= used)
    }

    @Test("Trimming gives the memory back to the system")
    func trimming() {
        // 100 MB in large blocks, 40 MB in small ones.
        let counts = [5_000_000, 20_000_000] + Array(repeating: 10_000, count: 1000)
        _ = counts.map { count in
            let storage = TensorMemory.recycledStorage(count: count)
            storage.start.update(repeating: 1, count: count)
            return storage
        }
        let full = residentBytes()
        TensorMemory.trim()
        #expect(full - residentBytes() > 120_000_000)
    }

    @Test("Blocks are aligned to a cache line, large ones to a page", arguments: [0, 1, 63, 65, 65_536, 1_000_000])
    func alignment(count: Int) {
        let storage = TensorStorage(count: count)
        #expect(Int(bitPattern: storage.start) % (count < 65_536 ? 64 : 4096) == 0)
        #expect(storage.bytes >= count * 4)
        #expect(storage.bytes <= max(64, count * 4 + 4095))
    }
}
