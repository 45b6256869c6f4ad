import Dispatch
import GRDB
public import Logging
import Synchronization

/// The metrics of each minute, on SQLite, so that they survive a restart and can be drawn without Prometheus.
///
/// A database of its own: the request log's limits don't touch it, nor does damage there.
public final class MetricsHistory: Sendable {
    /// The most steps one answer has.
    public static let maxSteps = 10_000

    private let file: DatabaseFile
    private let settings: MetricsHistorySettings
    private let losses = Mutex((dropped: 0, throttle: Throttle(interval: 60)))

    /// Opens or creates the history; `path` names the database file in an existing directory.
    ///
    /// - Throws: if the path can't be used, or another process has the history open.
    public convenience init(path: String, settings: MetricsHistorySettings, logger: Logger) throws(StoreError) {
        try self.init(path: path, settings: settings, logger: logger, clock: .system)
    }

    init(path: String, settings: MetricsHistorySettings, logger: Logger, clock: StoreClock) throws(StoreError) {
        var migrator = DatabaseMigrator()
        MetricsTable.migrate(&migrator)
        file = try DatabaseFile(
            path: path, name: "metrics",
            options: DatabaseOptions(
                synchronous: settings.synchronous, busyTimeout: settings.busyTimeout, maxPages: settings.maxPages),
            migrator: migrator, clock: clock, logger: logger)
        self.settings = settings
    }

    /// Adds what happened in a minute, the Unix time divided by 60, to what is stored of it. Never blocks.
    ///
    /// So a minute may be recorded in parts: before and after a restart, or more often than once. Rows that can't be
    /// written are dropped and counted.
    public func record(minute: Int64, rows: [MetricsRow]) {
        file.queue.async { self.write(rows, minute: minute) }
    }

    /// Rows lost since start.
    public var dropped: Int {
        losses.withLock(\.dropped)
    }

    /// How often a damaged history was moved aside since start.
    public var damagedFiles: Int {
        file.damagedFiles
    }

    /// Returns when everything recorded before is committed or dropped. Blocks.
    public func flush() {
        file.queue.sync {}
    }

    /// Closes the database after writing what was recorded. Blocks; a second call does nothing.
    public func close() {
        file.queue.sync { file.close() }
    }

    /// The history from `since` until before `until`, in seconds since 1970, summed up in steps. Blocks.
    ///
    /// - Parameter step: a step's length in seconds, rounded up to whole minutes. A step that `since` or `until` lies
    ///   in has only the minutes that begin within the range.
    /// - Returns: the steps with requests, by time, then route and model.
    /// - Throws: `StoreError.invalidRange`, `.tooManySteps`, or what SQLite reports.
    public func stats(since: Double, until: Double, step: Int) throws -> [StatsBucket] {
        guard since < until, abs(since) <= 1e11, abs(until) <= 1e11 else { throw StoreError.invalidRange }
        let length = (Int64(max(60, min(step, 366 * 86400))) + 59) / 60
        let wanted = Int64((since / 60).rounded(.up))..<Int64((until / 60).rounded(.up))
        let steps = Int(wanted.upperBound - wanted.lowerBound) / Int(length)
        guard steps <= Self.maxSteps else { throw StoreError.tooManySteps(got: steps, limit: Self.maxSteps) }
        flush()
        guard let stored = try file.read({ try MetricsTable.minutes($0) }) else { return [] }
        return try sums(of: wanted.clamped(to: stored.lowerBound..<stored.upperBound + 1), step: length)
    }

    /// As the blocking function of this name, away from the cooperative pool.
    public func stats(since: Double, until: Double, step: Int) async throws -> [StatsBucket] {
        try await file.reading { try self.stats(since: since, until: until, step: step) }
    }
}

extension MetricsHistory {
    private struct Key: Hashable {
        var start: Int64
        var route: String
        var model: String?
    }

    /// Sums over steps of `step` minutes, read a week at a time so that no snapshot is held for long.
    private func sums(of minutes: Range<Int64>, step: Int64) throws -> [StatsBucket] {
        var sums: [Key: MetricsRow] = [:]
        for week in stride(from: minutes.lowerBound, to: minutes.upperBound, by: 7 * 1440) {
            try file.read { db in
                try MetricsTable.forEach(in: week...min(week + 7 * 1440, minutes.upperBound) - 1, of: db) {
                    minute, row in
                    let phase = (minute % step + step) % step
                    let key = Key(start: (minute - phase) * 60, route: row.route, model: row.model)
                    sums[key, default: MetricsRow(route: row.route, model: row.model)].add(row)
                }
            }
        }
        return sums.sorted {
            ($0.key.start, $0.key.route, $0.key.model ?? "") < ($1.key.start, $1.key.route, $1.key.model ?? "")
        }
        .map { StatsBucket(start: $0.key.start, seconds: step * 60, total: $0.value) }
    }

    private func write(_ rows: [MetricsRow], minute: Int64) {
        do {
            try file.write { db in
                for row in rows { try MetricsTable.add(row, minute: minute, to: db) }
            }
        } catch {
            let isDue = losses.withLock { losses in
                losses.dropped += rows.count
                return losses.throttle.isDue(at: file.clock.monotonic())
            }
            if isDue { file.logger.warning("metrics dropped", metadata: ["reason": "\(error)"]) }
        }
        forget()
    }

    /// Deletes a few rows that are too old; at a row a minute and series, a few each minute keep up.
    private func forget() {
        do {
            let oldest = (file.clock.unix() - settings.maxAge / .seconds(1)) / 60
            guard abs(oldest) < 1e12 else { return }
            let deleted = try file.write { try MetricsTable.delete(before: Int64(oldest), limit: 1000, from: $0) }
            if deleted > 0 { _ = try file.vacuumStep() }
        } catch {
            file.logger.debug("metrics history not rotated", metadata: ["error": "\(error)"])
        }
    }
}
