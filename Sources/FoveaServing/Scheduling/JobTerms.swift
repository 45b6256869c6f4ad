/// What a client asks for beside the answer: how soon, and before whom.
public struct JobTerms: Sendable, Equatable {
    /// Which of the waiting jobs runs next: one of a lower priority only when none of a higher one waits.
    public enum Priority: Int, Sendable, CaseIterable { case high, normal, low }

    public var priority: Priority
    /// When nobody wants the answer any more; nil leaves it to the daemon's own limit.
    public var deadline: ContinuousClock.Instant?

    public init(priority: Priority = .normal, deadline: ContinuousClock.Instant? = nil) {
        (self.priority, self.deadline) = (priority, deadline)
    }
}
