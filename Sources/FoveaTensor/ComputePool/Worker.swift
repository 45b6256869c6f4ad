import CKernels
import Synchronization

/// What one thread of a compute pool needs to open parallel loops and to join those of the others.
///
/// Lives where the other threads find it, and is touched by them only through the loops, so that nothing is counted or
/// locked in the course of a loop.
struct Worker: ~Copyable {
    /// Loops nested more deeply run on their own thread.
    static let mostDepth = 4

    let index: Int
    let queue: Unmanaged<WorkQueue>
    /// All workers of the pool.
    let crew: UnsafeMutablePointer<Worker>
    let crewCount: Int
    /// The loops this thread can have open at a time, the outermost first.
    private let loops: UnsafeMutablePointer<ParallelLoop>
    /// How many of them are open; for this thread alone, atomic because others read what lies beside it.
    private let depth = Atomic(0)

    init(index: Int, of crewCount: Int, crew: UnsafeMutablePointer<Worker>, queue: Unmanaged<WorkQueue>) {
        (self.index, self.crewCount, self.crew, self.queue) = (index, crewCount, crew, queue)
        loops = allocateLines(Self.mostDepth)
        for i in 0..<Self.mostDepth { (loops + i).initialize(to: ParallelLoop(mostParts: crewCount)) }
    }

    deinit {
        loops.deinitialize(count: Self.mostDepth)
        loops.deallocate()
    }

    /// The current thread, if it is a compute pool's.
    static var current: UnsafeMutablePointer<Worker>? {
        fovea_current_worker()?.assumingMemoryBound(to: Worker.self)
    }

    var canOpenLoop: Bool { crewCount > 1 && depth.load(ordering: .relaxed) < Self.mostDepth }

    /// Runs `body` over `0..<count` with the help of who is idle; returns when all of it is done.
    func run(_ body: fovea_body, count: Int, grain: Int) {
        let depth = depth.load(ordering: .relaxed)
        self.depth.store(depth + 1, ordering: .relaxed)
        let loop = loops + depth
        let mostHelpers = loop.pointee.open(body, count: count, grain: grain, mostParts: crewCount)
        queue._withUnsafeGuaranteedRef { $0.wakeHelpers(mostHelpers) }
        loop.pointee.work(from: 0) { false }
        loop.pointee.close()
        if !spin(until: { !loop.pointee.hasHelpers }) {
            queue._withUnsafeGuaranteedRef { $0.sleep(untilHelpersLeft: loop) }
        }
        self.depth.store(depth, ordering: .relaxed)
    }

    /// A loop of another thread in which there is something left to do, if there is one. It may be over already.
    func findLoop() -> OthersLoop? {
        // The part of the loop that is this thread's is its distance from the owner.
        var distance = 1
        while distance < crewCount {
            let loops = crew[(index + crewCount - distance) % crewCount].loops
            for i in 0..<Self.mostDepth where loops[i].isJoinable(mostParts: crewCount) {
                return OthersLoop(record: loops + i, home: distance)
            }
            distance += 1
        }
        return nil
    }
}

/// A loop that another thread has opened.
struct OthersLoop {
    let record: UnsafeMutablePointer<ParallelLoop>
    /// The part of it to begin with.
    let home: Int
}

/// Spins until `isDone`, but for about a tenth of a millisecond only; whether it is.
func spin(until isDone: () -> Bool) -> Bool {
    var start: UInt64?
    while true {
        for _ in 0..<100 {
            if isDone() { return true }
            fovea_spin_pause()
        }
        let now = fovea_nanoseconds()
        guard let start else {
            start = now
            continue
        }
        if now - start > 100_000 { return false }
    }
}

/// Uninitialized memory for `count` values whose stride is whole cache lines.
func allocateLines<Value: ~Copyable>(_ count: Int) -> UnsafeMutablePointer<Value> {
    UnsafeMutableRawPointer.allocate(byteCount: count * MemoryLayout<Value>.stride, alignment: 64)
        .bindMemory(to: Value.self, capacity: count)
}
