import FoveaTensor
import Glibc

/// What it costs to share work between the threads of a compute pool.
public struct PoolCosts: Sendable {
    /// Microseconds to enter and leave a parallel loop with nothing to do, by the number of threads.
    public let loops: [(threads: Int, microseconds: Double)]
    /// Milliseconds from handing a job to a pool whose threads sleep to the job's beginning.
    public let wakeUp: Timings

    static func measured(threads: Int) -> PoolCosts {
        PoolCosts(
            loops: Gang.sizes(upTo: threads).filter { $0 > 1 }.map { ($0, loop(threads: $0)) }, wakeUp: wakeUps())
    }

    /// The median over many short series, one loop right after the other as the layers of a network are.
    private static func loop(threads: Int) -> Double {
        let loops = 100
        let milliseconds = ComputePool(threads: threads).result {
            (0..<100).map { _ in
                let start = ContinuousClock.now
                for _ in 0..<loops { ComputePool.parallel(count: threads) { _ in } }
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
