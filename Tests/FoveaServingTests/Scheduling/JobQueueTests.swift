import Dispatch
import FoveaTensor
import Testing

@testable import FoveaServing

@Suite struct JobQueueTests {
    @Test("Jobs answer with what they return, or throw what they throw")
    func results() async throws {
        struct Broken: Error, Equatable {}
        let queue = JobQueue(capacity: 2, pool: ComputePool(threads: 1))
        #expect(try await queue.run(cost: .zero) { _ in 42 } == 42)
        await #expect(throws: Broken()) { try await queue.run(cost: .zero) { _ in throw Broken() } }
        #expect(queue.pending == 0)
    }

    @Test("A full queue refuses at once, and has room again when a job has left")
    func full() async throws {
        let busy = BusyPool()
        let queue = JobQueue(capacity: 2, pool: busy.pool)
        let waiting = (1...2).map { number in Task { try await queue.run(cost: .seconds(2)) { _ in number } } }
        await queue.waitForPending(2)
        let refusal = ServingError.queueFull(model: "m", limit: 2, wait: .seconds(4))
        #expect(throws: refusal) { try queue.requireRoom(cost: .zero) }
        #expect(refusal.retryAfter == 5)
        await #expect(throws: refusal) { try await queue.run(cost: .zero) { _ in 3 } }
        #expect(queue.oldestWait > .zero)
        busy.release()
        for (number, task) in zip(1..., waiting) { #expect(try await task.value == number) }
        #expect(queue.pending == 0)
        #expect(queue.oldestWait == .zero)
        try queue.requireRoom(cost: .zero)
    }

    @Test("A queue is full when what waits will take too long, but takes any job when it is empty")
    func tooLong() async throws {
        let busy = BusyPool()
        let queue = JobQueue(time: .seconds(5), pool: busy.pool)
        let long = Task { try await queue.run(cost: .seconds(100)) { _ in 1 } }
        await queue.waitForPending(1)
        let refusal = ServingError.queueTooLong(model: "m", limit: .seconds(5), wait: .seconds(100))
        await #expect(throws: refusal) { try await queue.run(cost: .seconds(50)) { _ in 2 } }
        busy.release()
        #expect(try await long.value == 1)
        #expect(try await queue.run(cost: .seconds(100)) { _ in 3 } == 3)
    }

    @Test("A job whose deadline is out of reach is refused, one of higher priority with the same deadline is not")
    func unreachable() async throws {
        let busy = BusyPool()
        let queue = JobQueue(time: .seconds(1000), pool: busy.pool)
        let long = Task { try await queue.run(cost: .seconds(100)) { _ in 1 } }
        await queue.waitForPending(1)
        var terms = JobTerms(deadline: .now + .seconds(30))
        do {
            let _: Void = try await queue.run(cost: .seconds(26), terms) { _ in Issue.record("it ran") }
            Issue.record("it was taken")
        } catch ServingError.deadlineUnreachable(let left, let wait) {
            #expect(left <= .seconds(30) && left > .seconds(20))
            #expect(wait == .seconds(100))
        }
        // What waits ahead could be done in time, but not the job itself.
        await #expect(throws: ServingError.self) {
            try await queue.run(cost: .seconds(30), JobTerms(deadline: .now + .seconds(120))) { _ in 3 }
        }
        terms.priority = .high
        let urgent = Task { [terms] in try await queue.run(cost: .zero, terms) { _ in 2 } }
        await queue.waitForPending(2)
        busy.release()
        #expect(try await urgent.value == 2)
        #expect(try await long.value == 1)
    }

    @Test("A job whose deadline has passed is answered so at once")
    func late() async throws {
        let queue = JobQueue(pool: ComputePool(threads: 1))
        await #expect(throws: ServingError.deadlineExceeded(after: .zero)) {
            try await queue.run(cost: .zero, JobTerms(deadline: .now)) { _ in 1 }
        }
    }

    @Test("A job whose caller left gives its place up at once and never runs")
    func cancelled() async throws {
        let busy = BusyPool()
        let queue = JobQueue(capacity: 1, pool: busy.pool)
        let left = Task { try await queue.run(cost: .seconds(9)) { _ in Issue.record("it ran") } }
        await queue.waitForPending(1)
        left.cancel()
        await #expect(throws: ServingError.cancelled) { try await left.value }
        #expect(queue.pending == 0)
        #expect(queue.scheduler.expectedWait(.low, cost: .zero) == .zero)
        let next = Task { try await queue.run(cost: .zero) { _ in 1 } }
        busy.release()
        #expect(try await next.value == 1)
    }

    @Test("A job that was cancelled before it came never waits")
    func cancelledBefore() async throws {
        let queue = JobQueue(capacity: 1, pool: ComputePool(threads: 1))
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await queue.run(cost: .zero) { _ in 1 }
        }
        await #expect(throws: ServingError.cancelled) { try await task.value }
        #expect(queue.pending == 0)
    }

    @Test("A job that runs when its caller leaves is told so, and stops at its next check")
    func cancelledRunning() async throws {
        let queue = JobQueue(pool: ComputePool(threads: 1))
        let started = DispatchSemaphore(value: 0)
        let stopped = DispatchSemaphore(value: 0)
        let task = Task {
            try await queue.run(cost: .zero) { _ in
                started.signal()
                defer { stopped.signal() }
                while true { try Cancellation.check() }
            }
        }
        await queue.hasStarted(started)
        task.cancel()
        await #expect(throws: ServingError.cancelled) { try await task.value }
        await queue.hasStarted(stopped)
    }

    @Test("A job that has not started by its deadline is answered then, and never runs")
    func deadline() async throws {
        let busy = BusyPool()
        let queue = JobQueue(capacity: 1, pool: busy.pool)
        do {
            let _: Void = try await queue.run(cost: .zero, JobTerms(deadline: .now + .milliseconds(10))) { _ in
                Issue.record("it ran")
            }
        } catch ServingError.deadlineExceeded(let allowed) {
            #expect(allowed > .milliseconds(8) && allowed < .milliseconds(12))
        }
        #expect(queue.pending == 0)
        busy.release()
        #expect(try await queue.run(cost: .zero) { _ in 1 } == 1)
    }

    @Test("A job that was given up before its caller waits tells why")
    func givenUpBefore() async {
        let job = Job<Int>(onLeave: {})
        job.abandon(.deadlineExceeded(after: .seconds(1)))
        job.abandon(.cancelled)
        await #expect(throws: ServingError.deadlineExceeded(after: .seconds(1))) {
            try await withCheckedThrowingContinuation { _ = job.wait($0, until: .now + .seconds(60)) }
        }
    }

    @Test("Many jobs at once all answer, each once")
    func many() async throws {
        let queue = JobQueue(capacity: 1000, pool: ComputePool(threads: 2))
        let answers = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<500 { group.addTask { try await queue.run(cost: .zero) { _ in number } } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.sorted() == Array(0..<500))
        #expect(queue.pending == 0)
        #expect(queue.scheduler.expectedWait(.low, cost: .zero) == .zero)
    }
}

extension JobQueue {
    /// Waits for a signal off the threads that tasks need.
    fileprivate func hasStarted(_ semaphore: DispatchSemaphore) async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                semaphore.wait()
                continuation.resume()
            }
        }
    }
}
