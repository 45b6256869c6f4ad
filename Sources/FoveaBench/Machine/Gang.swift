import Dispatch
import FoveaTensor
import Glibc
import Synchronization

/// Threads that start the same work at the same moment, again and again.
///
/// They live as long as the gang: the system needs some time to give new threads a core each.
struct Gang: Sendable {
    let threads: Int
    private let pool: ComputePool

    init(threads: Int) {
        self.threads = threads
        pool = ComputePool(threads: threads)
    }

    /// Runs `work` with each thread's number; returns the seconds from the first start to the last end.
    func seconds(_ work: @escaping @Sendable (Int) -> Void) -> Double {
        let line = StartLine()
        for thread in 0..<threads {
            // Waits for the others, so that no thread does the work of two.
            pool.submit { [threads] in
                line.waitForAll(threads)
                let start = ContinuousClock.now
                work(thread)
                line.arrive(start, .now)
            }
        }
        for _ in 0..<threads { line.arrivals.wait() }
        return line.seconds
    }

    /// The best of several runs: `amount` of work a round and thread, by the seconds they took.
    ///
    /// - Parameter work: does the given number of rounds on the thread of the given number.
    func bestRate(amount: Double, _ work: @escaping @Sendable (Int, UInt64) -> Void) -> Double {
        func best(of runs: Int, rounds: UInt64) -> Double {
            (0..<runs).reduce(.infinity) { best, _ in min(best, self.seconds { work($0, rounds) }) }
        }
        // Long enough that starting and ending don't show, short enough to fall between interruptions.
        var rounds: UInt64 = 1
        var seconds = best(of: 3, rounds: rounds)
        while seconds < 0.004, rounds < 1 << 40 {
            rounds *= seconds < 0.0004 ? 8 : 2
            seconds = best(of: 3, rounds: rounds)
        }
        seconds = min(seconds, best(of: 8, rounds: rounds))
        return amount * Double(rounds) * Double(threads) / seconds
    }

    /// 1, 2, 4, … up to `most`, and `most`.
    static func sizes(upTo most: Int) -> [Int] {
        var sizes = [most]
        while let last = sizes.last, last > 1 { sizes.append(last.isPowerOfTwo ? last / 2 : last.powerOfTwoBelow) }
        return sizes.reversed()
    }
}

/// Where the threads of a gang meet, and where their times are taken.
private final class StartLine: Sendable {
    let arrivals = DispatchSemaphore(value: 0)
    private let present = Atomic(0)
    private let times = Mutex<(first: ContinuousClock.Instant, last: ContinuousClock.Instant)?>(nil)

    func waitForAll(_ threads: Int) {
        present.add(1, ordering: .acquiringAndReleasing)
        while present.load(ordering: .acquiring) < threads { sched_yield() }
    }

    func arrive(_ start: ContinuousClock.Instant, _ end: ContinuousClock.Instant) {
        times.withLock { times in
            times = (min(times?.first ?? start, start), max(times?.last ?? end, end))
        }
        arrivals.signal()
    }

    var seconds: Double {
        times.withLock { times in times.map { ($0.last - $0.first) / .seconds(1) } ?? .infinity }
    }
}

extension Int {
    fileprivate var isPowerOfTwo: Bool { nonzeroBitCount == 1 }
    fileprivate var powerOfTwoBelow: Int { 1 << (bitWidth - 1 - leadingZeroBitCount) }
}
