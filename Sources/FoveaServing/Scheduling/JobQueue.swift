import FoveaTensor
import Synchronization

/// The bounded queue in front of one model: refuses what it can't promise to start in time, and keeps a place for the
/// rest.
///
/// It is bounded in jobs, for their memory, and in the time that they are expected to take. A job whose caller left, or
/// whose deadline passed, gives its place up at once and never runs.
public final class JobQueue: Sendable {
    private struct Waiting {
        /// When each waiting job came, and what it is expected to cost.
        var jobs: [UInt64: (arrival: ContinuousClock.Instant, cost: Duration)] = [:]
        var cost = Duration.zero
        var lastID: UInt64 = 0
    }

    /// The most jobs that may wait.
    public var capacity: Int { limits.queueCapacity }
    let scheduler: Scheduler
    private let model: String
    private let limits: JobLimits
    private let waiting = Mutex(Waiting())

    public init(model: String, limits: JobLimits, scheduler: Scheduler) {
        (self.model, self.limits, self.scheduler) = (model, limits, scheduler)
    }

    /// How many jobs wait for their turn.
    public var pending: Int { waiting.withLock(\.jobs.count) }

    /// How long the oldest waiting job has waited.
    public var oldestWait: Duration {
        waiting.withLock { $0.jobs.values.map(\.arrival).min() }.map { .now - $0 } ?? .zero
    }

    /// Throws what one more job of this cost would be refused with at this moment.
    func requireRoom(cost: Duration) throws(ServingError) {
        if let refusal = waiting.withLock({ refusal(behind: $0, cost: cost) }) { throw refusal }
    }

    /// Runs `work` on the compute pool when its turn comes, and hands it the time it waited.
    ///
    /// - Parameter cost: the time of one core that it is expected to take.
    /// - Throws: at once `ServingError.queueFull`, `.queueTooLong` or, when its deadline is out of reach,
    ///   `.deadlineUnreachable`; `.deadlineExceeded` when its deadline passes; `.cancelled` when the calling task is
    ///   cancelled; or what `work` throws.
    public func run<T: Sendable>(
        cost: Duration, _ terms: JobTerms = JobTerms(), _ work: @escaping @Sendable (_ waited: Duration) throws -> T
    ) async throws -> T {
        try await run(cost: cost, terms, urgency: Urgency(terms.priority), work)
    }

    /// As the other of this name; `urgency` stands for the priority of `terms`, and may rise.
    func run<T: Sendable>(
        cost: Duration, _ terms: JobTerms, urgency: Urgency,
        _ work: @escaping @Sendable (_ waited: Duration) throws -> T
    ) async throws -> T {
        if terms.isBackground {
            return try await scheduler.run(cost: cost, urgency: urgency, until: .distantFuture, onLeave: {}, work)
        }
        let place = try admit(cost: cost, terms)
        return try await scheduler.run(
            cost: cost, urgency: urgency, until: place.deadline, onLeave: place.leave, work)
    }

    /// Keeps a place for a job, which must leave it.
    func admit(cost: Duration, _ terms: JobTerms) throws(ServingError) -> Place {
        let now = ContinuousClock.now
        if let deadline = terms.deadline {
            let (left, wait) = (deadline - now, scheduler.expectedWait(terms.priority, cost: cost))
            if left <= .zero { throw .deadlineExceeded(after: .zero) }
            // Where nobody waits it is tried: what was learnt of the cost may be wrong.
            if wait > .zero, wait + cost > left { throw .deadlineUnreachable(left: left, wait: wait) }
        }
        let admission: Result<UInt64, ServingError> = waiting.withLock { waiting in
            if let refusal = refusal(behind: waiting, cost: cost) { return .failure(refusal) }
            waiting.lastID += 1
            waiting.jobs[waiting.lastID] = (now, cost)
            waiting.cost += cost
            return .success(waiting.lastID)
        }
        let latest = now + limits.timeout
        return Place(queue: self, id: try admission.get(), deadline: min(terms.deadline ?? latest, latest))
    }

    /// A job that finds nobody before it is taken, whatever it costs.
    private func refusal(behind waiting: Waiting, cost: Duration) -> ServingError? {
        guard !waiting.jobs.isEmpty else { return nil }
        let wait = waiting.cost / scheduler.pool.threads
        if waiting.jobs.count >= capacity { return .queueFull(model: model, limit: capacity, wait: wait) }
        guard wait > limits.queueTime else { return nil }
        let overtaken = waiting.jobs.values.lazy.map(\.cost).filter { Overtaking.isAllowed(for: cost, past: $0) }
        let left = (waiting.cost - overtaken.reduce(.zero, +)) / scheduler.pool.threads
        return left > limits.queueTime ? .queueTooLong(model: model, limit: limits.queueTime, wait: left) : nil
    }

    /// A place in the queue.
    struct Place: Sendable {
        fileprivate let queue: JobQueue
        fileprivate let id: UInt64
        let deadline: ContinuousClock.Instant

        /// Gives the place up; doing so twice is once.
        @Sendable func leave() {
            queue.waiting.withLock { waiting in
                guard let job = waiting.jobs.removeValue(forKey: id) else { return }
                waiting.cost -= job.cost
            }
        }
    }
}

extension ContinuousClock.Instant {
    /// Later than any daemon runs.
    static var distantFuture: Self { .now + .seconds(1 << 30) }
}
