/// What a client asks for beside the answer: how soon, and before whom.
public struct JobTerms: Sendable, Equatable {
    /// Which of the waiting jobs runs next: one of a lower priority only when none of a higher one waits.
    public enum Priority: Int, Sendable, CaseIterable { case high, normal, low }

    public var priority: Priority
    /// When nobody wants the answer any more; nil leaves it to the daemon's own limit.
    public var deadline: ContinuousClock.Instant?
    /// Whether nobody waits for the answer: it comes when there is time, and takes no place from those who wait.
    var isBackground = false

    public init(priority: Priority = .normal, deadline: ContinuousClock.Instant? = nil) {
        (self.priority, self.deadline) = (priority, deadline)
    }

    /// Work ahead of any request for it.
    static let background: JobTerms = {
        var terms = JobTerms(priority: .low)
        terms.isBackground = true
        return terms
    }()
}
