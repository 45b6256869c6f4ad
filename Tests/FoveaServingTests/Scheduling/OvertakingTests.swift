import Dispatch
import FoveaTensor
import Synchronization
import Testing

@testable import FoveaServing

@Suite struct OvertakingTests {
    private let queue = JobQueue(pool: ComputePool(threads: 1))
    private let ran = Recorder()

    /// Runs a job on the pool's only thread that has layers, once the gate is open.
    private func longJob(
        _ number: Int, cost: Duration = .seconds(1), _ terms: JobTerms = JobTerms(), urgency: Urgency? = nil,
        checks: Int = 1, started: DispatchSemaphore, gate: DispatchSemaphore
    ) -> Task<Void, any Error> {
        Task { [queue, ran] in
            try await queue.run(cost: cost, terms, urgency: urgency ?? Urgency(terms.priority)) { _ in
                started.signal()
                gate.wait()
                for _ in 0..<checks { try Cancellation.check() }
                ran.append(number)
            }
        }
    }

    private func waitUntilStarted(_ started: DispatchSemaphore) async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                started.wait()
                continuation.resume()
            }
        }
    }

    /// Lets a job wait for its turn.
    private func shortJob(
        _ number: Int, cost: Duration, _ priority: JobTerms.Priority = .normal,
        _ work: @escaping @Sendable () -> Void = {}
    ) async -> Task<Void, any Error> {
        let waiting = queue.scheduler.pending
        let task = Task { [queue, ran] in
            try await queue.run(cost: cost, JobTerms(priority: priority)) { _ in
                work()
                ran.append(number)
            }
        }
        while queue.scheduler.pending < waiting + 1 { await Task.yield() }
        return task
    }

    @Test("Between the layers of a long job run more urgent ones and much shorter ones, in their order; others wait")
    func order() async throws {
        let (started, gate) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        var tasks = [longJob(0, started: started, gate: gate)]
        await waitUntilStarted(started)
        tasks.append(await shortJob(1, cost: .milliseconds(300)))
        tasks.append(await shortJob(2, cost: .milliseconds(250)))
        tasks.append(await shortJob(3, cost: .milliseconds(1), .low))
        tasks.append(await shortJob(4, cost: .seconds(100), .high))
        tasks.append(await shortJob(5, cost: .milliseconds(20)))
        gate.signal()
        for task in tasks { try await task.value }
        #expect(ran.all == [4, 2, 5, 0, 1, 3])
        #expect(queue.pending == 0)
    }

    @Test("Nothing runs between the layers of a short job")
    func short() async throws {
        let (started, gate) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let long = longJob(0, cost: .milliseconds(199), started: started, gate: gate)
        await waitUntilStarted(started)
        let high = await shortJob(1, cost: .zero, .high)
        gate.signal()
        try await long.value
        try await high.value
        #expect(ran.all == [0, 1])
    }

    @Test("Short jobs take half of a long one's time and a little more, not all of it")
    func share() async throws {
        let (started, gate) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        var tasks = [longJob(0, checks: 3, started: started, gate: gate)]
        await waitUntilStarted(started)
        for number in 1...3 {
            tasks.append(
                await shortJob(number, cost: .milliseconds(10)) {
                    let end = ContinuousClock.now + .milliseconds(number == 1 ? 10 : 250)
                    while ContinuousClock.now < end {}
                })
        }
        gate.signal()
        for task in tasks { try await task.value }
        #expect(ran.all == [1, 2, 0, 3])
    }

    @Test("A job that waits moves up when somebody more urgent wants its result, and others stop overtaking it")
    func urgency() async throws {
        let (started, gate) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let first = Urgency(.low)
        var tasks = [longJob(0, JobTerms(priority: .low), urgency: first, started: started, gate: gate)]
        await waitUntilStarted(started)
        let second = Urgency(.low)
        tasks.append(
            Task { [queue, ran] in
                try await queue.run(cost: .seconds(1), .background, urgency: second) { _ in ran.append(1) }
            })
        while queue.scheduler.pending < 1 { await Task.yield() }
        tasks.append(await shortJob(2, cost: .seconds(1), .low))
        tasks.append(await shortJob(3, cost: .seconds(1), .normal))
        second.raise(to: .high)
        second.raise(to: .normal)
        first.raise(to: .high)
        #expect(second.priority == .high)
        gate.signal()
        for task in tasks { try await task.value }
        #expect(ran.all == [0, 1, 3, 2])
    }

    @Test("A rise that came before the job waits is not lost")
    func earlyRise() async throws {
        let busy = BusyPool()
        let queue = JobQueue(pool: busy.pool)
        let urgency = Urgency(.low)
        let heard = Mutex<[JobTerms.Priority]>([])
        urgency.raise(to: .normal)
        urgency.follow(from: .low) { priority in heard.withLock { $0.append(priority) } }
        urgency.raise(to: .low)
        urgency.raise(to: .high)
        #expect(heard.withLock { $0 } == [.normal, .high])
        busy.release()
        try await queue.run(cost: .zero) { _ in }
    }

    @Test("A job that is much shorter than those before it is taken where their time would be too long")
    func room() async throws {
        let busy = BusyPool()
        let queue = JobQueue(time: .seconds(2), pool: busy.pool)
        let long = Task { try await queue.run(cost: .seconds(10)) { _ in } }
        await queue.waitForPending(1)
        #expect(throws: ServingError.self) { try queue.requireRoom(cost: .seconds(3)) }
        try queue.requireRoom(cost: .milliseconds(30))
        let short = Task { try await queue.run(cost: .milliseconds(30)) { _ in } }
        await queue.waitForPending(2)
        busy.release()
        try await long.value
        try await short.value
    }
}
