import Dispatch
import FoveaTensor
import Testing

@testable import FoveaServing

@Suite struct JobQueueTests {
    /// A pool of one thread that is busy until `release` is called.
    private struct BusyPool {
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

    private static let minute = Duration.seconds(60)

    @Test("Jobs answer with what they return, or throw what they throw")
    func results() async throws {
        struct Broken: Error, Equatable {}
        let queue = JobQueue(model: "m", capacity: 2, pool: ComputePool(threads: 1))
        #expect(try await queue.run(timeout: Self.minute) { _ in 42 } == 42)
        await #expect(throws: Broken()) { try await queue.run(timeout: Self.minute) { _ in throw Broken() } }
        #expect(queue.pending == 0)
    }

    @Test("A full queue refuses at once, and has room again when a job has left")
    func full() async throws {
        let busy = BusyPool()
        let queue = JobQueue(model: "m", capacity: 2, pool: busy.pool)
        let waiting = (1...2).map { number in Task { try await queue.run(timeout: Self.minute) { _ in number } } }
        while queue.pending < 2 { await Task.yield() }
        #expect(throws: ServingError.queueFull(model: "m", limit: 2)) { try queue.requireRoom() }
        await #expect(throws: ServingError.queueFull(model: "m", limit: 2)) {
            try await queue.run(timeout: Self.minute) { _ in 3 }
        }
        #expect(queue.oldestWait > .zero)
        busy.release()
        for (number, task) in zip(1..., waiting) { #expect(try await task.value == number) }
        #expect(queue.pending == 0)
        #expect(queue.oldestWait == .zero)
        try queue.requireRoom()
    }

    @Test("A job whose caller left gives its place up at once and never runs")
    func cancelled() async throws {
        let busy = BusyPool()
        let queue = JobQueue(model: "m", capacity: 1, pool: busy.pool)
        let left = Task { try await queue.run(timeout: Self.minute) { _ in Issue.record("it ran") } }
        while queue.pending < 1 { await Task.yield() }
        left.cancel()
        await #expect(throws: ServingError.cancelled) { try await left.value }
        #expect(queue.pending == 0)
        let next = Task { try await queue.run(timeout: Self.minute) { _ in 1 } }
        busy.release()
        #expect(try await next.value == 1)
    }

    @Test("A job that was cancelled before it came never waits")
    func cancelledBefore() async throws {
        let queue = JobQueue(model: "m", capacity: 1, pool: ComputePool(threads: 1))
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await queue.run(timeout: Self.minute) { _ in 1 }
        }
        await #expect(throws: ServingError.cancelled) { try await task.value }
        #expect(queue.pending == 0)
    }

    @Test("A job that has not started by its deadline is answered then, and never runs")
    func deadline() async throws {
        let busy = BusyPool()
        let queue = JobQueue(model: "m", capacity: 1, pool: busy.pool)
        await #expect(throws: ServingError.deadlineExceeded(seconds: 0.01)) {
            try await queue.run(timeout: .milliseconds(10)) { _ in Issue.record("it ran") }
        }
        #expect(queue.pending == 0)
        busy.release()
        #expect(try await queue.run(timeout: Self.minute) { _ in 1 } == 1)
    }

    @Test("Many jobs at once all answer, each once")
    func many() async throws {
        let queue = JobQueue(model: "m", capacity: 1000, pool: ComputePool(threads: 2))
        let answers = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<500 { group.addTask { try await queue.run(timeout: Self.minute) { _ in number } } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.sorted() == Array(0..<500))
        #expect(queue.pending == 0)
    }
}
