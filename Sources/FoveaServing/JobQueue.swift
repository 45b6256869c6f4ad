import Dispatch
public import FoveaTensor
import Synchronization

/// The bounded queue in front of one model: refuses what it can't promise to start, and keeps a place for the rest.
///
/// Jobs run on the compute pool, oldest first. A job whose caller left, or whose deadline passed, gives its place up at
/// once and never runs.
public final class JobQueue: Sendable {
    private struct Waiting {
        var count = 0
        /// When each waiting job came, in order of arrival; finished ones leave through `gone`.
        var arrivals: [UInt64: ContinuousClock.Instant] = [:]
        var nextID: UInt64 = 0
    }

    /// The most jobs that may wait.
    public let capacity: Int
    private let model: String
    private let pool: ComputePool
    private let waiting = Mutex(Waiting())

    public init(model: String, capacity: Int, pool: ComputePool) {
        (self.model, self.capacity, self.pool) = (model, capacity, pool)
    }

    /// How many jobs wait for their turn.
    public var pending: Int { waiting.withLock(\.count) }

    /// Throws `ServingError.queueFull` if one more job would be refused at this moment.
    public func requireRoom() throws(ServingError) {
        guard pending < capacity else { throw .queueFull(model: model, limit: capacity) }
    }

    /// How long the oldest waiting job has waited.
    public var oldestWait: Duration {
        waiting.withLock { $0.arrivals.values.min() }.map { .now - $0 } ?? .zero
    }

    /// Runs `work` on the compute pool when its turn comes, and hands it the time it waited.
    ///
    /// - Throws: `ServingError.queueFull` at once, `.deadlineExceeded` when `timeout` passes,
    ///   `.cancelled` when the calling task is cancelled, or what `work` throws.
    public func run<T: Sendable>(
        timeout: Duration, _ work: @escaping @Sendable (_ waited: Duration) throws -> T
    ) async throws -> T {
        let id = try admit()
        let job = Job(work) { [self] in leave(id) }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                guard job.enqueue(continuation) else { return }
                if !pool.submit({ job.run() }) { job.abandon(.cancelled) }
                let seconds = timeout / .seconds(1)
                DispatchQueue.global().asyncAfter(deadline: .now() + seconds) { [weak job] in
                    job?.abandon(ServingError.deadlineExceeded(seconds: seconds))
                }
            }
        } onCancel: {
            job.abandon(ServingError.cancelled)
        }
    }

    private func admit() throws -> UInt64 {
        try waiting.withLock { waiting in
            guard waiting.count < capacity else { throw ServingError.queueFull(model: model, limit: capacity) }
            waiting.count += 1
            waiting.nextID += 1
            waiting.arrivals[waiting.nextID] = .now
            return waiting.nextID
        }
    }

    private func leave(_ id: UInt64) {
        waiting.withLock { waiting in
            waiting.count -= 1
            waiting.arrivals[id] = nil
        }
    }
}

/// One job's way from waiting to an answer; whoever ends it first (pool, deadline, caller) wins.
private final class Job<T: Sendable>: Sendable {
    typealias Work = @Sendable (_ waited: Duration) throws -> T

    private enum State {
        case new(Work)
        /// The work is let go of as soon as nobody wants it, though the pool may still hold the job.
        case queued(Work, CheckedContinuation<T, any Error>)
        case running(CheckedContinuation<T, any Error>)
        case over
    }

    private let state: Mutex<State>
    private let arrival = ContinuousClock.now
    private let leaveQueue: @Sendable () -> Void

    init(_ work: @escaping Work, leaveQueue: @escaping @Sendable () -> Void) {
        state = Mutex(.new(work))
        self.leaveQueue = leaveQueue
    }

    /// Starts the wait; false when the caller had already left.
    func enqueue(_ continuation: CheckedContinuation<T, any Error>) -> Bool {
        let isWaiting = state.withLock { state in
            guard case .new(let work) = state else { return false }
            state = .queued(work, continuation)
            return true
        }
        if !isWaiting { continuation.resume(throwing: ServingError.cancelled) }
        return isWaiting
    }

    /// Runs the work on the calling thread, unless the wait was given up before.
    func run() {
        let work: Work? = state.withLock { state in
            guard case .queued(let work, let continuation) = state else { return nil }
            state = .running(continuation)
            return work
        }
        guard let work else { return }
        leaveQueue()
        let result = Result { try work(.now - arrival) }
        // The thread that a resumed task may be the first to need must not inherit this one's core.
        let continuation = end().continuation
        ComputePool.withoutPinning { continuation?.resume(with: result) }
    }

    /// Answers the caller with `error`, unless the job is over. A job that runs runs on, for nobody.
    func abandon(_ error: ServingError) {
        let ended = end()
        if ended.wasWaiting { leaveQueue() }
        ended.continuation?.resume(throwing: error)
    }

    private func end() -> (wasWaiting: Bool, continuation: CheckedContinuation<T, any Error>?) {
        state.withLock { state in
            defer { state = .over }
            switch state {
            case .new: return (true, nil)
            case .queued(_, let continuation): return (true, continuation)
            case .running(let continuation): return (false, continuation)
            case .over: return (false, nil)
            }
        }
    }
}
