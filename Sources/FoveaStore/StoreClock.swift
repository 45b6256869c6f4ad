import Glibc

/// Where a store reads the time, so that tests can set it.
struct StoreClock: Sendable {
    /// Seconds since 1970, for what is stored. It may jump in either direction.
    var unix: @Sendable () -> Double
    /// Seconds that only grow, for how often something is done.
    var monotonic: @Sendable () -> Double

    static let system = StoreClock(unix: { read(CLOCK_REALTIME) }, monotonic: { read(CLOCK_MONOTONIC) })

    private static func read(_ clock: clockid_t) -> Double {
        var now = timespec()
        clock_gettime(clock, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
    }
}

/// Lets something through at most once per interval: log lines about a fault that lasts.
struct Throttle {
    let interval: Double
    private var last: Double?

    init(interval: Double) {
        self.interval = interval
    }

    /// Whether it is time again at `now`, in monotonic seconds; if so, the interval starts anew.
    mutating func isDue(at now: Double) -> Bool {
        if let last, now - last < interval { return false }
        last = now
        return true
    }
}
