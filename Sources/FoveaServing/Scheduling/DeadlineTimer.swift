import Dispatch

/// Rings once, on time: Dispatch's ordinary timers may be late by a tenth of their interval.
///
/// `@unchecked Sendable`: a Dispatch source may be used by any thread, and the reference to it never changes.
final class DeadlineTimer: @unchecked Sendable {
    private static let queue = DispatchQueue(label: "fovea.deadlines", qos: .userInteractive)

    private let source: any DispatchSourceTimer

    /// Calls `handler` after `delay`, on a queue where it must be quick, unless it is cancelled or let go of before.
    init(after delay: Duration, _ handler: @escaping @Sendable () -> Void) {
        source = DispatchSource.makeTimerSource(flags: .strict, queue: Self.queue)
        source.schedule(deadline: .now() + max(0, delay / .seconds(1)), leeway: .nanoseconds(0))
        source.setEventHandler(handler: handler)
        source.activate()
    }

    deinit { source.cancel() }

    func cancel() { source.cancel() }
}
