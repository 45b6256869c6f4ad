import Glibc
import Synchronization
import Testing

@testable import FoveaTensor

@Suite struct ComputePoolTests {
    /// How often each index was visited.
    final class Visits: Sendable {
        private let counts: Mutex<[Int]>
        init(_ count: Int) { counts = Mutex(Array(repeating: 0, count: count)) }
        func visit(_ index: Int) { counts.withLock { $0[index] += 1 } }
        var all: [Int] { counts.withLock { $0 } }
    }

    @Test("Every index runs exactly once", arguments: [1, 2, 5], [0, 1, 2, 3, 7, 64, 1000])
    func everyIndexOnce(threads: Int, count: Int) {
        let pool = ComputePool(threads: threads)
        let visits = Visits(count)
        for grain in [1, 3, 2000] {
            pool.submit { ComputePool.parallel(count: count, grain: grain) { visits.visit($0) } }
        }
        pool.shutdown()
        #expect(visits.all == Array(repeating: 3, count: count))
    }

    @Test("Outside a pool the indices run in order on this thread")
    func outsideAnyPool() {
        var visited: [Int] = []
        ComputePool.parallel(count: 5) { visited.append($0) }
        #expect(visited == [0, 1, 2, 3, 4])
        ComputePool.parallel(count: -1) { visited.append($0) }
        #expect(visited.count == 5)
    }

    @Test("Loops may be nested", arguments: [1, 2, 4])
    func nesting(threads: Int) {
        let pool = ComputePool(threads: threads)
        let visits = Visits(10 * 10 * 10)
        for _ in 0..<20 {
            pool.submit {
                ComputePool.parallel(count: 10) { i in
                    ComputePool.parallel(count: 10) { j in
                        ComputePool.parallel(count: 10) { k in visits.visit(i * 100 + j * 10 + k) }
                    }
                }
            }
        }
        pool.shutdown()
        #expect(visits.all == Array(repeating: 20, count: 1000))
    }

    @Test("Many jobs at once, from many threads, all run", arguments: [1, 2, 4])
    func manyJobs(threads: Int) async {
        let pool = ComputePool(threads: threads)
        let visits = Visits(64)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<100 {
                        pool.submit { ComputePool.parallel(count: 64) { visits.visit($0) } }
                    }
                }
            }
        }
        pool.shutdown()
        #expect(visits.all == Array(repeating: 800, count: 64))
    }

    @Test("An idle worker joins the loop of a running job")
    func joining() {
        let pool = ComputePool(threads: 2)
        let arrived = Atomic(0)
        // Neither index can end before both have begun, so this ends only with two threads.
        pool.submit {
            ComputePool.parallel(count: 2) { _ in
                arrived.add(1, ordering: .relaxed)
                while arrived.load(ordering: .relaxed) < 2 {}
            }
        }
        pool.shutdown()
        let threads = arrived.load(ordering: .relaxed)
        #expect(threads == 2)
    }

    @Test("A worker that helps goes to a waiting job before it claims more of the loop")
    func jobsGoFirst() {
        let pool = ComputePool(threads: 2)
        let arrived = Atomic(0)
        let isSubmitted = Atomic(false)
        let isSecondDone = Atomic(false)
        pool.submit {
            ComputePool.parallel(count: 4) { _ in
                // Two workers meet in the first two indices, and one of them submits a job. The later indices end
                // only once that job has run, so the helper must not claim one.
                let place = arrived.add(1, ordering: .relaxed).newValue
                if place == 2 {
                    pool.submit { isSecondDone.store(true, ordering: .relaxed) }
                    isSubmitted.store(true, ordering: .releasing)
                }
                while !isSubmitted.load(ordering: .acquiring) {}
                if place > 2 {
                    while !isSecondDone.load(ordering: .relaxed) {}
                }
            }
        }
        while !isSecondDone.load(ordering: .relaxed) { sched_yield() }
        pool.shutdown()
        let isDone = isSecondDone.load(ordering: .relaxed)
        #expect(isDone)
    }

    @Test("Jobs start in the order of their submission")
    func order() {
        let pool = ComputePool(threads: 1)
        let started = Mutex<[Int]>([])
        for i in 0..<50 { pool.submit { started.withLock { $0.append(i) } } }
        pool.shutdown()
        #expect(started.withLock { $0 } == Array(0..<50))
    }

    @Test("After shutdown a job is refused")
    func refusal() {
        let pool = ComputePool(threads: 2)
        #expect(pool.submit {})
        pool.shutdown()
        let ran = Atomic(false)
        #expect(!pool.submit { ran.store(true, ordering: .relaxed) })
        let hasRun = ran.load(ordering: .relaxed)
        #expect(!hasRun)
    }

    @Test("At least one thread is allowed")
    func allowance() {
        #expect(ComputePool.allowedThreads >= 1)
        #expect(ComputePool(threads: -3).threads == 1)
    }
}
