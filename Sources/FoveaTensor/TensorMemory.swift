import CKernels
import Synchronization

/// The memory of the tensors that jobs make, kept for the next ones.
///
/// A network asks for the same sizes again and again; what comes from here has neither page faults nor a trip to the
/// heap. What is kept is bounded, and `trim()` gives back what is unused, which is worth doing after a model was loaded
/// or dropped.
public enum TensorMemory {
    private static let pool = Mutex(Pool())

    /// The bytes that are kept and that no tensor uses at the moment.
    public static var keptBytes: Int { pool.withLock { $0.unusedBytes() } }

    /// The bytes of tensors from here that are in use.
    static var usedBytes: Int { pool.withLock { $0.bytes - $0.unusedBytes() } }

    /// The most bytes of all tensors from here, in use or not; beyond it tensors have memory of their own. 256 MiB
    /// unless set.
    public static var limit: Int {
        get { pool.withLock { $0.limit } }
        set {
            pool.withLock {
                $0.limit = newValue
                if $0.bytes > newValue { $0.removeUnused() }
            }
        }
    }

    /// The bytes of the heap that are in use, by tensors and by everything else.
    public static var heapBytes: Int { fovea_heap_bytes() }

    /// Gives what no tensor uses back to the system, and what the heap has free.
    public static func trim() {
        pool.withLock { $0.removeUnused() }
        Scratch.trimAll()
        fovea_trim_heap()
    }

    /// Makes the heap, which has what is no tensor, give free memory back to the system early: to be called before there are
    /// threads.
    public static func configureHeap() { fovea_configure_heap() }

    /// Storage for a tensor of `count` elements: recycled on the threads of compute pools, its own elsewhere.
    ///
    /// So weights, made while a model is loaded, don't stay here.
    static func storage(count: Int) -> TensorStorage {
        Worker.current == nil ? TensorStorage(count: count) : recycledStorage(count: count)
    }

    static func recycledStorage(count: Int) -> TensorStorage { pool.withLock { $0.take(count) } }
}

/// Storages, each of which is in use while somebody else refers to it: no one has to give anything back.
private struct Pool {
    /// By size, the smallest first.
    private var storages: [TensorStorage] = []
    private(set) var bytes = 0
    var limit = 256 << 20

    /// How many times as large as asked for a storage may be: small tensors shall not keep the large blocks, and yet a
    /// network's layers shall share them.
    private static let mostSlack = 4

    /// The smallest unused storage with room for `count` floats, or a new one.
    mutating func take(_ count: Int) -> TensorStorage {
        let least = Block.roundedSize(count * MemoryLayout<Float>.stride)
        var place = 0
        while place < storages.count, storages[place].bytes < least { place += 1 }
        for candidate in place..<storages.count {
            if storages[candidate].bytes > least * Self.mostSlack { break }
            if isUnused(candidate) { return storages[candidate] }
        }
        if bytes + least > limit {
            // The unused ones are of sizes that nobody asks for now.
            removeUnused()
            guard bytes + least <= limit else { return TensorStorage(count: count) }
            place = storages.firstIndex { $0.bytes >= least } ?? storages.endIndex
        }
        let storage = TensorStorage(count: count)
        storages.insert(storage, at: place)
        bytes += storage.bytes
        return storage
    }

    mutating func unusedBytes() -> Int {
        var sum = 0
        for place in storages.indices where isUnused(place) { sum += storages[place].bytes }
        return sum
    }

    mutating func removeUnused() {
        for place in storages.indices.reversed() where isUnused(place) {
            bytes -= storages[place].bytes
            storages.remove(at: place)
        }
    }

    /// Whether nobody else has it, so that nobody can get it but from here.
    private mutating func isUnused(_ place: Int) -> Bool {
        guard isKnownUniquelyReferenced(&storages[place]) else { return false }
        // What the last user read and wrote comes before what the next one does.
        atomicMemoryFence(ordering: .acquiring)
        return true
    }
}
