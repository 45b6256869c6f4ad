import CRoofline

/// How fast the cores reach memory that was in use a moment ago.
public struct Bandwidth: Sendable {
    /// The memory that all threads together pass over again and again, each its own part.
    public let bytes: Int
    public let threads: Int
    /// 10⁹ bytes a second, of all threads together.
    public let read: Double
    public let write: Double
    /// Bytes read and bytes written, both counted.
    public let copy: Double

    /// From what the nearest cache holds to what none does.
    static let workingSets = (7...14).map { 1 << (2 * $0) }.filter { $0 <= 256 << 20 }

    static func measured(bytes: Int, _ gang: Gang, in memory: WorkingMemory) -> Bandwidth {
        let part = memory.part(of: bytes, threads: gang.threads)
        let read = gang.bestRate(amount: Double(part)) { thread, rounds in
            for _ in 0..<rounds { roofline_read(memory.start + thread * part, part) }
        }
        let write = gang.bestRate(amount: Double(part)) { thread, rounds in
            for _ in 0..<rounds { roofline_write(memory.start + thread * part, part) }
        }
        return Bandwidth(
            bytes: bytes, threads: gang.threads, read: read / 1e9, write: write / 1e9,
            copy: copy(bytes: bytes, gang, in: memory))
    }

    /// 10⁹ bytes a second read and written while half of a working set is copied to its other half.
    static func copy(bytes: Int, _ gang: Gang, in memory: WorkingMemory) -> Double {
        let part = memory.part(of: bytes, threads: gang.threads)
        let half = part / 2 & ~1023
        let rate = gang.bestRate(amount: Double(2 * half)) { thread, rounds in
            let from = memory.start + thread * part
            for _ in 0..<rounds { roofline_copy(from + half, from, half) }
        }
        return rate / 1e9
    }
}

/// Memory to pass over, written once so that it really is there.
///
/// `@unchecked Sendable`: each thread of a measurement has its own part of it.
final class WorkingMemory: @unchecked Sendable {
    let start: UnsafeMutableRawPointer

    init(bytes: Int) {
        start = .allocate(byteCount: bytes, alignment: 4096)
        start.initializeMemory(as: UInt8.self, repeating: 1, count: bytes)
    }

    deinit { start.deallocate() }

    /// What each of `threads` gets of `bytes`: at least the 2 KiB that a copy needs, in whole KiB.
    func part(of bytes: Int, threads: Int) -> Int { max(bytes / threads & ~1023, 2048) }
}
