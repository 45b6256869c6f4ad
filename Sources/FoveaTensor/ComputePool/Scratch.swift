import Glibc
import Synchronization

extension ComputePool {
    /// Calls `body` with `bytes` bytes of memory that no other thread uses, aligned to a cache line, of any contents.
    ///
    /// The memory belongs to the calling thread and is kept for its next call, so that a repeated call takes nothing
    /// from the heap. Calls may be nested; each has memory of its own.
    public static func withScratch<R, E: Error>(
        bytes: Int, _ body: (UnsafeMutableRawPointer) throws(E) -> R
    ) throws(E) -> R {
        let scratch = Scratch.ofThisThread
        let memory = scratch.take(bytes)
        defer { scratch.giveBack(bytes) }
        return try body(memory)
    }
}

/// One thread's memory for intermediate results: a stack.
final class Scratch {
    private struct Chunk {
        let start: UnsafeMutableRawPointer
        let bytes: Int
        var used = 0
    }

    /// More than this is not kept.
    static let mostKept = 64 << 20
    /// How often everything was to be given back.
    private static let trims = Atomic(0)

    /// The later ones came where the one before had no room; all but the last are in use.
    private var chunks: [Chunk] = []
    private var used = 0
    /// The most that was in use at once, of what may be kept: what the next first chunk has room for.
    private var mostUsed = 0
    private var trimsSeen = 0

    /// Makes every thread give back its scratch memory when it next uses it.
    static func trimAll() { trims.add(1, ordering: .relaxed) }

    deinit { removeAll() }

    var keptBytes: Int { chunks.reduce(0) { $0 + $1.bytes } }

    func take(_ bytes: Int) -> UnsafeMutableRawPointer {
        let bytes = Self.rounded(bytes)
        if used == 0 { prepare() }
        used += bytes
        if used <= Self.mostKept { mostUsed = max(mostUsed, used) }
        let last = chunks.count - 1
        if last >= 0, chunks[last].bytes - chunks[last].used >= bytes {
            defer { chunks[last].used += bytes }
            return chunks[last].start + chunks[last].used
        }
        let size = Block.roundedSize(last < 0 ? max(bytes, mostUsed) : bytes)
        chunks.append(Chunk(start: Block.allocate(size), bytes: size, used: bytes))
        return chunks[last + 1].start
    }

    func giveBack(_ bytes: Int) {
        let bytes = Self.rounded(bytes)
        used -= bytes
        let last = chunks.count - 1
        chunks[last].used -= bytes
        if chunks[last].used == 0, last > 0 || chunks[last].bytes > Self.mostKept {
            let chunk = chunks.removeLast()
            Block.free(chunk.start, chunk.bytes)
        }
    }

    /// Before the first use: drops what is too small for what was needed last time, and what `trimAll` is about.
    private func prepare() {
        let trims = Self.trims.load(ordering: .relaxed)
        if trims != trimsSeen {
            trimsSeen = trims
            mostUsed = 0
            removeAll()
        } else if let first = chunks.first, first.bytes < mostUsed {
            removeAll()
        }
    }

    private func removeAll() {
        for chunk in chunks { Block.free(chunk.start, chunk.bytes) }
        chunks.removeAll(keepingCapacity: true)
    }

    private static func rounded(_ bytes: Int) -> Int { max(64, (bytes + 63) & ~63) }
}

extension Scratch {
    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        let code = pthread_key_create(&key) { scratch in
            if let scratch { Unmanaged<Scratch>.fromOpaque(scratch).release() }
        }
        precondition(code == 0, "no thread-specific storage left")
        return key
    }()

    /// Made at a thread's first use, freed when the thread ends.
    static var ofThisThread: Scratch {
        if let scratch = pthread_getspecific(key) { return Unmanaged.fromOpaque(scratch).takeUnretainedValue() }
        let scratch = Scratch()
        pthread_setspecific(key, Unmanaged.passRetained(scratch).toOpaque())
        return scratch
    }
}
