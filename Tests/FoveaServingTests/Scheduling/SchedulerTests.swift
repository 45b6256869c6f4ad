import FoveaTensor
import Synchronization
import Testing

@testable import FoveaServing

@Suite struct SchedulerTests {
    @Test("The highest priority runs first, among equals the oldest")
    func order() async throws {
        let busy = BusyPool()
        let queue = JobQueue(pool: busy.pool)
        let ran = Recorder()
        var tasks: [Task<Void, any Error>] = []
        for (index, priority) in [JobTerms.Priority.low, .normal, .high, .normal, .high, .low].enumerated() {
            tasks.append(
                Task {
                    try await queue.run(cost: .zero, JobTerms(priority: priority)) { _ in ran.append(index) }
                })
            await queue.waitForPending(index + 1)
        }
        busy.release()
        for task in tasks { try await task.value }
        #expect(ran.all == [2, 4, 1, 3, 0, 5])
    }

    @Test("The expected wait is that for all jobs of the same and higher priorities, shared by the threads")
    func expectedWait() {
        let pool = ComputePool(threads: 2)
        let scheduler = Scheduler(pool: pool)
        pool.shutdown()
        #expect(scheduler.submit(.init(priority: .high, cost: .seconds(1)) {}) == nil)
        #expect(scheduler.expectedWait(.low, cost: .seconds(1)) == .zero)

        let busy = BusyPool()
        let waiting = Scheduler(pool: busy.pool)
        let ids = [JobTerms.Priority.low, .normal, .high].map { priority in
            waiting.submit(.init(priority: priority, cost: .seconds(1)) {})
        }
        #expect(
            JobTerms.Priority.allCases.map { waiting.expectedWait($0, cost: .seconds(1)) } == [
                .seconds(1), .seconds(2), .seconds(3),
            ])
        waiting.withdraw(ids[1] ?? 0)
        #expect(
            JobTerms.Priority.allCases.map { waiting.expectedWait($0, cost: .seconds(1)) } == [
                .seconds(1), .seconds(1), .seconds(2),
            ])
        // A job that is much shorter runs between the layers of those that wait.
        #expect(waiting.expectedWait(.low, cost: .milliseconds(250)) == .seconds(1))
        busy.release()
        busy.pool.shutdown()
        #expect(waiting.expectedWait(.low, cost: .seconds(1)) == .zero)
    }
}

/// Numbers in the order in which threads wrote them down.
final class Recorder: Sendable {
    private let numbers = Mutex<[Int]>([])

    func append(_ number: Int) { numbers.withLock { $0.append(number) } }

    var all: [Int] { numbers.withLock { $0 } }
}
