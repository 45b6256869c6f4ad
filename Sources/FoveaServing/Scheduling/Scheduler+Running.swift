import FoveaTensor
import Synchronization

extension Scheduler {
    /// Runs `work` on the compute pool when its turn comes.
    ///
    /// - Parameters:
    ///   - cost: the time of one core that it is expected to take.
    ///   - urgency: its priority, which may rise.
    ///   - onLeave: called once, when it stops waiting.
    ///   - work: is handed the time it waited.
    /// - Throws: `ServingError.deadlineExceeded` when the deadline passes, `.cancelled` when the calling task is
    ///   cancelled, or what `work` throws.
    func run<T: Sendable>(
        cost: Duration, urgency: Urgency, until deadline: ContinuousClock.Instant,
        onLeave: @escaping @Sendable () -> Void, _ work: @escaping @Sendable (_ waited: Duration) throws -> T
    ) async throws -> T {
        let overtaking = Overtaking(scheduler: self, urgency: urgency, cost: cost)
        let atCheck: (@Sendable () -> Void)? = overtaking?.letOthersRun
        let job = Job<T>(atCheck: atCheck, onLeave: onLeave)
        return try await wait(for: job, until: deadline) {
            let priority = urgency.priority
            let id = submit(
                Entry(priority: priority, cost: cost) {
                    guard job.begin() else { return }
                    let waited = job.age
                    job.finish(Result { try job.cancellation.watching { () throws in try work(waited) } })
                })
            if let id { urgency.follow(from: priority) { [weak self] in self?.raise(id, to: $0) } }
            return id
        }
    }

    /// Waits until `job` is over.
    ///
    /// - Parameter submit: lets it wait here, and says under which number; nil if that is not possible any more. It is
    ///   withdrawn if the job ends before its turn.
    func wait<T>(
        for job: Job<T>, until deadline: ContinuousClock.Instant, submit: () -> UInt64?
    ) async throws -> T {
        let ticket = Mutex<UInt64?>(nil)
        return try await withTaskCancellationHandler {
            defer { if let ticket = ticket.withLock({ $0 }) { withdraw(ticket) } }
            return try await withCheckedThrowingContinuation { continuation in
                guard job.wait(continuation, until: deadline) else { return }
                guard let id = submit() else { return job.abandon(.cancelled) }
                ticket.withLock { $0 = id }
            }
        } onCancel: {
            job.abandon(.cancelled)
        }
    }
}
