import Dispatch
import GRDB
public import Logging
import Synchronization

/// The history of requests, on SQLite, written behind the requests' backs.
///
/// `append` puts a record into a bounded queue. A commit follows after `batchInterval` or `batchRows`, whichever comes
/// first. Whatever keeps a batch from being committed (a full disk, a failing one, another process's lock), the batch
/// is dropped and counted, and the next one is tried: no request ever waits for SQLite.
public final class RequestLog: Sendable {
    let file: DatabaseFile
    let settings: RequestLogSettings
    let rotation: Mutex<RotationSchedule>
    private let waiting = Mutex(Waiting())
    private let losses = Mutex((dropped: 0, reported: 0, throttle: Throttle(interval: 60)))

    private struct Waiting {
        var records: [RequestRecord] = []
        /// Records taken from `records` and not yet committed or dropped.
        var inFlight = 0
        var isClosed = false
    }

    /// Opens or creates the log; `path` names the database file in an existing directory.
    ///
    /// A damaged file is moved aside. Checking the file goes on after this returns; what is appended meanwhile waits.
    /// - Throws: if the path can't be used, or another process has the log open.
    public convenience init(path: String, settings: RequestLogSettings, logger: Logger) throws(StoreError) {
        try self.init(path: path, settings: settings, logger: logger, clock: .system)
    }

    init(path: String, settings: RequestLogSettings, logger: Logger, clock: StoreClock) throws(StoreError) {
        var migrator = DatabaseMigrator()
        RequestTable.migrate(&migrator)
        file = try DatabaseFile(
            path: path, name: "requests",
            options: DatabaseOptions(
                synchronous: settings.synchronous, busyTimeout: settings.busyTimeout, maxPages: settings.maxPages),
            migrator: migrator, clock: clock, logger: logger)
        self.settings = settings
        rotation = Mutex(RotationSchedule())
        scheduleRotation()
    }

    /// Queues a record. Never blocks; if the queue is full or the log closed, the record is dropped and counted.
    public func append(_ record: RequestRecord) {
        let record = record.bounded(now: file.clock.unix())
        let count = waiting.withLock { waiting -> Int? in
            guard !waiting.isClosed, waiting.records.count + waiting.inFlight < settings.queueCapacity else {
                return nil
            }
            waiting.records.append(record)
            return waiting.records.count
        }
        switch count {
        case nil: lose(1, because: nil)
        case settings.batchRows: file.queue.async { self.drain() }
        case 1: file.queue.asyncAfter(deadline: .now() + settings.batchInterval.dispatchInterval) { self.drain() }
        default: break
        }
    }

    /// Records lost since start: the queue was full, or their batch couldn't be committed.
    public var dropped: Int {
        losses.withLock(\.dropped)
    }

    /// How often a damaged log was moved aside since start.
    public var damagedFiles: Int {
        file.damagedFiles
    }

    /// Returns when everything appended before is committed or dropped. Blocks.
    public func flush() {
        file.queue.sync { drain() }
    }

    /// Writes what waits, then closes the database. Blocks; a second call does nothing.
    public func close() {
        waiting.withLock { $0.isClosed = true }
        file.queue.sync {
            drain()
            file.close()
        }
    }
}

// MARK: - Writing

extension RequestLog {
    var isClosed: Bool {
        waiting.withLock(\.isClosed)
    }

    /// Commits what waits. Only on the file's queue.
    func drain() {
        let records = waiting.withLock { waiting -> [RequestRecord] in
            defer { waiting.records = [] }
            waiting.inFlight = waiting.records.count
            return waiting.records
        }
        guard !records.isEmpty else { return }
        var rest = records[...]
        do {
            while !rest.isEmpty {
                let batch = rest.prefix(max(1, settings.batchRows))
                try file.write { try RequestTable.insert(batch, into: $0) }
                rest = rest.dropFirst(batch.count)
                waiting.withLock { $0.inFlight -= batch.count }
            }
        } catch {
            // All of it, so that a lock costs one busy timeout and not one for each batch.
            waiting.withLock { $0.inFlight = 0 }
            lose(rest.count, because: StoreError(error))
        }
        rotateIfDue(rows: records.count)
    }

    /// Counts lost records, and says so at most once a minute.
    private func lose(_ count: Int, because error: StoreError?) {
        let now = file.clock.monotonic()
        let report = losses.withLock { losses -> Int? in
            losses.dropped += count
            guard losses.throttle.isDue(at: now) else { return nil }
            defer { losses.reported = losses.dropped }
            return losses.dropped - losses.reported
        }
        guard let report else { return }
        let reason = error?.description ?? "the queue is full or closed"
        file.logger.warning("request log rows dropped", metadata: ["rows": "\(report)", "reason": "\(reason)"])
    }
}

extension Duration {
    /// For Dispatch; microseconds are fine enough for what waits here.
    var dispatchInterval: DispatchTimeInterval {
        .microseconds(Int(max(0, min(self / .microseconds(1), 1e15))))
    }
}
