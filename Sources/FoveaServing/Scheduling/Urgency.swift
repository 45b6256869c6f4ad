import Synchronization

/// The priority of a job, which rises when somebody more urgent comes to wait for its result, too.
final class Urgency: Sendable {
    private struct State {
        var priority: JobTerms.Priority
        var onRaise: (@Sendable (JobTerms.Priority) -> Void)?
    }

    private let state: Mutex<State>

    init(_ priority: JobTerms.Priority) { state = Mutex(State(priority: priority)) }

    var priority: JobTerms.Priority { state.withLock(\.priority) }

    /// Makes it at least this urgent.
    func raise(to priority: JobTerms.Priority) {
        let onRaise = state.withLock { state -> (@Sendable (JobTerms.Priority) -> Void)? in
            guard priority.rawValue < state.priority.rawValue else { return nil }
            state.priority = priority
            return state.onRaise
        }
        onRaise?(priority)
    }

    /// Calls `handler` at each rise from now on, and for one that came before with what it rose to.
    func follow(from first: JobTerms.Priority, _ handler: @escaping @Sendable (JobTerms.Priority) -> Void) {
        let now = state.withLock { state in
            state.onRaise = handler
            return state.priority
        }
        if now != first { handler(now) }
    }
}
