import Dispatch

/// A serial queue and the connections that live on it, with the buffer, the clock and the timer they share.
///
/// A server has a few lanes, so that connections cost neither a thread nor a queue each.
/// `@unchecked Sendable`: all mutable state is touched on `queue` alone.
final class Lane: @unchecked Sendable {
    let queue: DispatchQueue
    /// Where sockets are read into; its content is used up before the next read.
    var buffer = [UInt8](repeating: 0, count: 64 * 1024)
    var date = HTTPDate()

    private var connections: [Int: Connection] = [:]
    private var deadlines = DeadlineQueue()
    private var poller: Poller?
    private let timer: any DispatchSourceTimer
    private var timerSetFor: ContinuousClock.Instant?

    init(number: Int) {
        queue = DispatchQueue(label: "fovea.http.\(number)")
        timer = DispatchSource.makeTimerSource(queue: queue)
        timer.setEventHandler { [weak self] in self?.fireDeadlines() }
        timer.activate()
        poller = Poller(queue: queue) { [weak self] in self?.pollSockets() }
    }

    deinit { timer.cancel() }

    /// Takes in `connection`, which waits for input; returns whether its socket can be watched.
    func insert(_ connection: Connection) -> Bool {
        connections[connection.id] = connection
        return poller?.add(connection.socket, for: connection.id, interest: connection.interest) == true
    }

    func changeInterest(of connection: Connection) {
        poller?.change(connection.socket, of: connection.id, to: connection.interest)
    }

    /// Forgets `connection`, whose socket may be closed then.
    func remove(_ connection: Connection) {
        poller?.remove(connection.socket)
        connections[connection.id] = nil
    }

    private func pollSockets() {
        for event in poller?.wait() ?? [] {
            // One that was closed by an event before it in the batch is gone.
            connections[event.connection]?.handle(event)
        }
    }

    /// Calls `body` with every connection; it may close them.
    func forEachConnection(_ body: (Connection) -> Void) {
        for connection in Array(connections.values) { body(connection) }
    }

    // MARK: Deadlines

    /// Wakes `connection` at `time` or before.
    ///
    /// Deadlines mostly move into the future, with every request; a connection that is enrolled for an earlier time is
    /// left there, finds then that it is too early, and enrols again. So a request costs no timer at all.
    func wake(_ connection: Connection, at time: ContinuousClock.Instant) {
        if let enrolled = connection.enrolledDeadline, enrolled <= time { return }
        connection.enrolledDeadline = time
        deadlines.insert(DeadlineQueue.Entry(time: time, connection: connection.id))
        setTimer()
    }

    private func setTimer() {
        guard let earliest = deadlines.earliest else { return }
        if let timerSetFor, timerSetFor <= earliest { return }
        timerSetFor = earliest
        let delay = max(.zero, earliest - .now)
        timer.schedule(deadline: .now() + delay.dispatchInterval, leeway: .milliseconds(1))
    }

    private func fireDeadlines() {
        timerSetFor = nil
        let now = ContinuousClock.now
        var due: [DeadlineQueue.Entry] = []
        while let entry = deadlines.popDue(at: now) { due.append(entry) }
        for entry in due {
            // An entry that the connection no longer knows was overtaken by an earlier one.
            guard let connection = connections[entry.connection], connection.enrolledDeadline == entry.time else {
                continue
            }
            connection.enrolledDeadline = nil
            connection.deadlineReached(at: now)
        }
        setTimer()
    }
}

extension Duration {
    /// Rounded up to nanoseconds, at most a day, so that no setting overflows.
    var dispatchInterval: DispatchTimeInterval {
        let capped = min(self, .seconds(86400))
        let (seconds, attoseconds) = capped.components
        return .nanoseconds(Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000) + 1)
    }
}
