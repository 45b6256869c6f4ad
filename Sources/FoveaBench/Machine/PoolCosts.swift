import FoveaTensor
import Glibc
import Synchronization

/// What it costs to share work between the threads of a compute pool.
public struct PoolCosts: Sendable {
    /// A parallel loop with nothing to do, in microseconds.
    public struct Loop: Sendable {
        public let threads: Int
        /// Entering and leaving it, as good as alone: nothing is left when the others come.
        public let empty: Double
        /// With every thread in it at once, each waiting for the others.
        public let joined: Double
    }

    public let loops: [Loop]
    /// Milliseconds from handing a job to a pool whose threads sleep to the job's beginning.
    public let wakeUp: Timings

    static func measured(threads: Int) -> PoolCosts {
        PoolCosts(loops: Gang.sizes(upTo: threads).filter { $0 > 1 }.map(loop), wakeUp: wakeUps())
    }

    private static func loop(threads: Int) -> Loop {
        let meeting = Meeting()
        return Loop(
            threads: threads,
            empty: microseconds(threads) { ComputePool.parallel(count: threads) { _ in } },
            joined: microseconds(threads) {
                meeting.begin()
                ComputePool.parallel(count: threads) { _ in meeting.wait(for: threads) }
            })
    }

    /// The median over many short series, one loop right after the other as the layers of a network are.
    private static func microseconds(_ threads: Int, _ loop: @escaping @Sendable () -> Void) -> Double {
        let loops = 50
        let milliseconds = ComputePool(threads: threads).result {
            (0..<40).map { _ in
                let start = ContinuousClock.now
                for _ in 0..<loops { loop() }
                return (.now - start) / .milliseconds(1)
            }
        }
        return Timings(milliseconds).median * 1000 / Double(loops)
    }

    private static func wakeUps() -> Timings {
        let pool = ComputePool(threads: 1)
        return Timings(
            (0..<50).map { _ in
                usleep(2000)  // until its thread sleeps
                let start = ContinuousClock.now
                return (pool.result { ContinuousClock.now } - start) / .milliseconds(1)
            })
    }
}

/// Where the threads of a loop wait for each other, but not forever: one may be held up.
private final class Meeting: Sendable {
    private let present = Atomic(0)

    func begin() { present.store(0, ordering: .relaxed) }

    func wait(for threads: Int) {
        present.add(1, ordering: .relaxed)
        for _ in 0..<100_000 where present.load(ordering: .relaxed) >= threads { return }
    }
}
