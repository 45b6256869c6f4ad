import Dispatch
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

    @Test("Mapping gives the results in order, or the error of a call", arguments: [1, 3])
    func mapping(threads: Int) async throws {
        struct Odd: Error, Equatable {}
        let pool = ComputePool(threads: threads)
        let outcome = Mutex<(values: [Int], error: (any Error)?)>(([], nil))
        pool.submit {
            do {
                let values = try ComputePool.map(count: 100) { 3 * $0 }
                let nothing = try ComputePool.map(count: -1) { $0 }
                outcome.withLock { $0.values = values + nothing }
                _ = try ComputePool.map(count: 100) { index in if index % 2 == 1 { throw Odd() } }
            } catch { outcome.withLock { $0.error = error } }
        }
        pool.shutdown()
        #expect(outcome.withLock { $0.values } == (0..<100).map { 3 * $0 })
        #expect(outcome.withLock { $0.error as? Odd } == Odd())
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

    @Test("Pieces are disjoint, together the whole, and none is smaller than the grain", arguments: [1, 2, 3, 7])
    func pieces(threads: Int) {
        for (count, grain) in [(1, 1), (5, 3), (6, 3), (1000, 1), (1000, 7), (12544, 14), (3, -1)] {
            let claimed = Mutex<[Range<Int>]>([])
            onThreads(threads) {
                ComputePool.parallel(ranges: count, grain: grain) { range in claimed.withLock { $0.append(range) } }
            }
            let pieces = claimed.withLock { $0 }.sorted { $0.lowerBound < $1.lowerBound }
            #expect(pieces.flatMap { $0 } == Array(0..<count))
            #expect(pieces.allSatisfy { $0.count >= min(grain, count) }, "\(pieces)")
        }
    }

    @Test("A thread gets the same part from loop to loop")
    func sameParts() {
        let lowParts = Mutex<[Bool]>([])
        onThreads(2) {
            let owner = pthread_self()
            for _ in 0..<50 {
                let arrived = Atomic(0)
                ComputePool.parallel(count: 2) { index in
                    if index == 0 { lowParts.withLock { $0.append(pthread_self() == owner) } }
                    arrived.add(1, ordering: .relaxed)
                    while arrived.load(ordering: .relaxed) < 2 {}
                }
            }
        }
        #expect(lowParts.withLock { $0 } == Array(repeating: true, count: 50))
    }

    @Test("Who is held up in a piece holds up the rest of its part no longer than that")
    func stealing() {
        let done = Atomic(0)
        onThreads(2) {
            // The helper's first piece is a quarter of the loop and begins in the middle. It ends when all others have.
            ComputePool.parallel(count: 64) { index in
                if index == 32 { while done.load(ordering: .relaxed) < 48 {} }
                done.add(1, ordering: .relaxed)
            }
        }
        let count = done.load(ordering: .relaxed)
        #expect(count == 64)
    }

    @Test("Loops nested deeply and unevenly in jobs from many threads run every index", arguments: [2, 3, 4])
    func stress(threads: Int) {
        let pool = ComputePool(threads: threads)
        let visits = Atomic(0)
        @Sendable func descend(_ depth: Int, _ width: Int) {
            if depth == 0 {
                visits.add(1, ordering: .relaxed)
            } else {
                ComputePool.parallel(count: width) { descend(depth - 1, 1 + ($0 + width) % 3) }
            }
        }
        @Sendable func leaves(_ depth: Int, _ width: Int) -> Int {
            depth == 0 ? 1 : (0..<width).reduce(0) { $0 + leaves(depth - 1, 1 + ($1 + width) % 3) }
        }
        DispatchQueue.concurrentPerform(iterations: 8) { thread in
            for i in 0..<60 { pool.submit { descend(6, 1 + (i + thread) % 5) } }
        }
        pool.shutdown()
        let expected = (0..<8).reduce(0) { sum, thread in
            (0..<60).reduce(sum) { $0 + leaves(6, 1 + ($1 + thread) % 5) }
        }
        let count = visits.load(ordering: .relaxed)
        #expect(count == expected)
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
        pool.shutdown()
        let ran = Atomic(false)
        #expect(!pool.submit { ran.store(true, ordering: .relaxed) })
        let hasRun = ran.load(ordering: .relaxed)
        #expect(!hasRun)
    }

    @Test("Threads have names that say what they are")
    func names() {
        let names = Mutex<Set<String?>>([])
        onThreads(2) {
            bothWorkers {
                let name = threadStatus("Name")
                names.withLock { _ = $0.insert(name) }
            }
        }
        #expect(names.withLock { $0 } == ["fovea-compute-0", "fovea-compute-1"])
    }

    @Test("At least one thread is allowed")
    func allowance() {
        #expect(ComputePool.allowedThreads >= 1)
        #expect(ComputePool(threads: -3).threads == 1)
    }
}
