import FoveaTensor
import Synchronization

/// One job's way from waiting to an answer; whoever ends it first (pool, deadline, caller) wins.
final class Job<T: Sendable>: Sendable {
    private enum State {
        case new
        case waiting(CheckedContinuation<T, any Error>, timer: DeadlineTimer)
        case running(CheckedContinuation<T, any Error>, timer: DeadlineTimer)
        /// Given up for this reason, which who comes to wait only now is told.
        case over(ServingError?)
    }

    /// Set when the job is over before its work is.
    let cancellation: Cancellation
    private let state = Mutex(State.new)
    private let arrival = ContinuousClock.now
    private let onLeave: @Sendable () -> Void

    /// - Parameters:
    ///   - atCheck: called between the layers of its work.
    ///   - onLeave: called once, when the job stops waiting.
    init(atCheck: (@Sendable () -> Void)? = nil, onLeave: @escaping @Sendable () -> Void) {
        cancellation = Cancellation(atCheck: atCheck)
        self.onLeave = onLeave
    }

    /// How long ago it came.
    var age: Duration { .now - arrival }

    /// Starts the wait, until `deadline` at most; false when the caller had already left.
    func wait(_ continuation: CheckedContinuation<T, any Error>, until deadline: ContinuousClock.Instant) -> Bool {
        let allowed = deadline - arrival
        let timer = DeadlineTimer(after: deadline - .now) { [weak self] in
            self?.abandon(ServingError.deadlineExceeded(after: allowed))
        }
        let refusal: ServingError? = state.withLock { state in
            switch state {
            case .new:
                state = .waiting(continuation, timer: timer)
                return nil
            case .over(let reason?): return reason
            default: return .cancelled
            }
        }
        if let refusal { continuation.resume(throwing: refusal) }
        return refusal == nil
    }

    /// Stops waiting, to be worked on and finished; false when it is over already.
    func begin() -> Bool {
        let isBegun = state.withLock { state in
            guard case .waiting(let continuation, let timer) = state else { return false }
            state = .running(continuation, timer: timer)
            return true
        }
        if isBegun { onLeave() }
        return isBegun
    }

    /// Answers the caller, unless the job is over.
    func finish(_ result: Result<T, any Error>) {
        // The thread that a resumed task may be the first to need must not inherit this one's core.
        guard let continuation = end(nil).continuation else { return }
        ComputePool.withoutPinning { continuation.resume(with: result) }
    }

    /// Answers the caller with `error`, unless the job is over; work that goes on stops at the next layer.
    func abandon(_ error: ServingError) {
        cancellation.cancel()
        let ended = end(error)
        if ended.wasWaiting { onLeave() }
        ended.continuation?.resume(throwing: error)
    }

    private func end(
        _ reason: ServingError?
    ) -> (wasWaiting: Bool, continuation: CheckedContinuation<T, any Error>?) {
        state.withLock { state in
            let old = state
            if case .over = old {} else { state = .over(reason) }
            switch old {
            case .new: return (true, nil)
            case .waiting(let continuation, let timer):
                timer.cancel()
                return (true, continuation)
            case .running(let continuation, let timer):
                timer.cancel()
                return (false, continuation)
            case .over: return (false, nil)
            }
        }
    }
}
