import Synchronization

/// Lets jobs that wait run between the layers of a long one, on its thread: more urgent ones, and much shorter ones such
/// as a click while a photograph is encoded.
///
/// Shorter jobs take at most half of the time, so that clicks without end don't keep a photograph from being finished.
final class Overtaking: Sendable {
    /// The shortest job that others run between; less isn't worth it.
    private static let shortestOvertaken = Duration.milliseconds(200)
    /// How much longer than another a job must be for that one to run between its layers.
    private static let ratio = 4
    /// What shorter jobs may take before the long one has run as long.
    private static let allowance = Duration.milliseconds(200)

    private let scheduler: Scheduler
    private let urgency: Urgency
    private let cost: Duration
    /// From when the job runs, and how long others ran since.
    private let times = Mutex<(start: ContinuousClock.Instant?, others: Duration)>((nil, .zero))

    /// Nil for a job that is too short.
    init?(scheduler: Scheduler, urgency: Urgency, cost: Duration) {
        guard cost >= Self.shortestOvertaken else { return nil }
        (self.scheduler, self.urgency, self.cost) = (scheduler, urgency, cost)
    }

    /// Whether a job of the same priority may run between the layers of one with this `cost`.
    static func isAllowed(for shorter: Duration, past cost: Duration) -> Bool {
        cost >= shortestOvertaken && shorter * ratio <= cost
    }

    /// Runs those that may, on this thread.
    func letOthersRun() {
        while let entry = scheduler.take(overtaking: urgency.priority, cost: cost, amongEquals: hasTimeForEquals) {
            let start = ContinuousClock.now
            entry.run()
            times.withLock { $0.others += .now - start }
        }
    }

    private var hasTimeForEquals: Bool {
        times.withLock { times in
            let now = ContinuousClock.now
            let start = times.start ?? now
            times.start = start
            return times.others <= (now - start) - times.others + Self.allowance
        }
    }
}
