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
        let priority: JobTerms.Priority
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

    /// How many jobs wait for their turn.
    var pending: Int { waiting.withLock(\.entries.count) }

    /// How long a new job would wait, as far as that can be foreseen: for all that comes before it.
    func expectedWait(_ priority: JobTerms.Priority) -> Duration {
        let ahead = waiting.withLock { $0.costs[...priority.rawValue].reduce(.zero, +) }
        return ahead / pool.threads
    }
}
