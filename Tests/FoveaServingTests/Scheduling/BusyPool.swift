import Dispatch
import FoveaTensor

@testable import FoveaServing

/// A pool of one thread that is busy until `release` is called.
struct BusyPool {
    let pool = ComputePool(threads: 1)
    private let gate = DispatchSemaphore(value: 0)

    init() {
        let (gate, started) = (gate, DispatchSemaphore(value: 0))
        _ = pool.submit {
            started.signal()
            gate.wait()
        }
        started.wait()
    }

    func release() { gate.signal() }
}

extension JobQueue {
    convenience init(capacity: Int = 100, time: Duration = .seconds(60), pool: ComputePool) {
        let limits = JobLimits(queueCapacity: capacity, queueTime: time, timeout: .seconds(60))
        self.init(model: "m", limits: limits, scheduler: Scheduler(pool: pool))
    }

    /// Returns when `count` jobs wait.
    func waitForPending(_ count: Int) async {
        while pending < count || scheduler.pending < count { await Task.yield() }
    }
}
