import Synchronization

/// The memory that tensors have given back, kept for the next ones.
///
/// A network asks for the same sizes again and again; taking them from here spares the page faults of fresh memory.
/// What is kept is bounded, and `trim()` gives it all back to the system, which is worth doing after a model was
/// loaded or dropped.
public enum TensorMemory {
    private struct Kept {
        var blocks: [Int: [UnsafeMutableRawPointer]] = [:]
        var bytes = 0
        var limit = 256 << 20

        mutating func removeAll() {
            for block in blocks.values.joined() { block.deallocate() }
            blocks.removeAll()
            bytes = 0
        }
    }
    private static let kept = Mutex(Kept())

    /// The bytes kept at the moment.
    public static var keptBytes: Int { kept.withLock { $0.bytes } }

    /// The most bytes to keep; what would exceed it goes back to the system. 256 MiB unless set.
    public static var limit: Int {
        get { kept.withLock { $0.limit } }
        set {
            kept.withLock {
                $0.limit = newValue
                if $0.bytes > newValue { $0.removeAll() }
            }
        }
    }

    /// Gives everything that is kept back to the system.
    public static func trim() { kept.withLock { $0.removeAll() } }

    /// Memory of `blockSize(bytes)` bytes for `bytes` of them, aligned to a cache line.
    static func take(bytes: Int) -> UnsafeMutableRawPointer {
        let size = blockSize(bytes)
        let recycled = kept.withLock { kept -> Int? in
            guard let block = kept.blocks[size]?.popLast() else { return nil }
            kept.bytes -= size
            return Int(bitPattern: block)
        }
        if let recycled, let block = UnsafeMutableRawPointer(bitPattern: recycled) { return block }
        return .allocate(byteCount: size, alignment: 64)
    }

    /// Takes back what `take(bytes:)` gave.
    ///
    /// When it doesn't fit any more, the kept blocks are of sizes that nobody asks for now: they go.
    static func giveBack(_ block: UnsafeMutableRawPointer, bytes: Int) {
        let size = blockSize(bytes)
        let address = Int(bitPattern: block)
        let isKept = kept.withLock { kept in
            guard size <= kept.limit, let block = UnsafeMutableRawPointer(bitPattern: address) else { return false }
            if kept.bytes + size > kept.limit { kept.removeAll() }
            kept.blocks[size, default: []].append(block)
            kept.bytes += size
            return true
        }
        if !isKept { block.deallocate() }
    }

    /// `bytes` rounded up to one of eight sizes per power of two, so that similar shapes share blocks.
    static func blockSize(_ bytes: Int) -> Int {
        let least = max(bytes, 512)
        let step = 1 << (Int.bitWidth - 1 - least.leadingZeroBitCount - 3)
        return (least + step - 1) & ~(step - 1)
    }
}
