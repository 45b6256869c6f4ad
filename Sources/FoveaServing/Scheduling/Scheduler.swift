public import FoveaTensor
import Synchronization

/// Decides which of the jobs that wait, of all models, runs next on the compute pool: the highest priority first, among
/// equals the oldest.
///
/// The pool itself runs what it is given in order. It is given one ticket for each job, and whoever holds a ticket takes
/// the job that is best at that moment.
public final class Scheduler: Sendable {
    /// A job that waits.
    struct Entry {
        fileprivate(set) var priority: JobTerms.Priority
        /// The time of one core that it is expected to take.
        let cost: Duration
        let run: @Sendable () -> Void
    }

    private struct Waiting {
        var entries: [UInt64: Entry] = [:]
        /// The entries of each priority, oldest first; of withdrawn ones only the number is left.
        var order = [ArraySlice<UInt64>](repeating: [], count: JobTerms.Priority.allCases.count)
        var costs = [Duration](repeating: .zero, count: JobTerms.Priority.allCases.count)
        var lastID: UInt64 = 0

        mutating func take(_ id: UInt64) -> Entry? {
            guard let entry = entries.removeValue(forKey: id) else { return nil }
            costs[entry.priority.rawValue] -= entry.cost
            return entry
        }

        /// Takes the best of the jobs that may run between the layers of another.
        mutating func take(overtaking other: JobTerms.Priority, cost: Duration, amongEquals: Bool) -> Entry? {
            guard !entries.isEmpty else { return nil }
            for priority in order.indices.prefix(other.rawValue) {
                while let id = order[priority].popFirst() {
                    if let entry = take(id) { return entry }
                }
            }
            guard amongEquals else { return nil }
            let id = order[other.rawValue].first { id in
                entries[id].map { Overtaking.isAllowed(for: $0.cost, past: cost) } == true
            }
            return id.flatMap { take($0) }
        }

        mutating func takeBest() -> Entry? {
            for priority in order.indices {
                while let id = order[priority].popFirst() {
                    if let entry = take(id) { return entry }
                }
            }
            return nil
        }
    }

    public let pool: ComputePool
    private let waiting = Mutex(Waiting())

    public init(pool: ComputePool) { self.pool = pool }

    /// Lets a job wait for its turn; nil, and it never runs, if the pool was shut down.
    func submit(_ entry: Entry) -> UInt64? {
        let id = waiting.withLock { waiting in
            waiting.lastID += 1
            waiting.entries[waiting.lastID] = entry
            waiting.order[entry.priority.rawValue].append(waiting.lastID)
            waiting.costs[entry.priority.rawValue] += entry.cost
            return waiting.lastID
        }
        let isTaken = pool.submit { [self] in waiting.withLock { $0.takeBest() }?.run() }
        if !isTaken { withdraw(id) }
        return isTaken ? id : nil
    }

    /// Forgets a job that nobody waits for any more, if it still waits.
    func withdraw(_ id: UInt64) { _ = waiting.withLock { $0.take(id) } }

    /// Gives a job that waits a higher priority, behind those who have it.
    func raise(_ id: UInt64, to priority: JobTerms.Priority) {
        waiting.withLock { waiting in
            guard let old = waiting.entries[id]?.priority, priority.rawValue < old.rawValue,
                var entry = waiting.take(id)
            else { return }
            entry.priority = priority
            waiting.entries[id] = entry
            waiting.order[priority.rawValue].append(id)
            waiting.costs[priority.rawValue] += entry.cost
        }
    }

    /// Takes a job that may run between two layers of another one, of this priority and cost; nil if there is none.
    ///
    /// - Parameter amongEquals: whether much shorter ones of the same priority may, too.
    func take(overtaking priority: JobTerms.Priority, cost: Duration, amongEquals: Bool) -> Entry? {
        waiting.withLock { $0.take(overtaking: priority, cost: cost, amongEquals: amongEquals) }
    }

    /// How many jobs wait for their turn.
    var pending: Int { waiting.withLock(\.entries.count) }

    /// How long a new job would wait, as far as that can be foreseen: for all that comes before it and that it doesn't
    /// overtake.
    func expectedWait(_ priority: JobTerms.Priority, cost: Duration) -> Duration {
        let ahead = waiting.withLock { waiting in
            let equals = waiting.entries.values.lazy.filter { entry in
                entry.priority == priority && !Overtaking.isAllowed(for: cost, past: entry.cost)
            }
            return waiting.costs[..<priority.rawValue].reduce(.zero, +) + equals.reduce(.zero) { $0 + $1.cost }
        }
        return ahead / pool.threads
    }
}
