import Dispatch
import GRDB
import Logging
import Synchronization

/// One SQLite database in WAL mode: one writer on one serial queue, two readers, and what happens when it fails.
///
/// Opening looks at the header and the schema only. The check of every page is the first work on `queue`, so that
/// start-up doesn't wait for it and nothing is written before it. A damaged file is moved aside and replaced by a new
/// one, at start and later.
final class DatabaseFile: Sendable {
    /// Where the database is written, checked and closed; its owner's own work on it is queued here, too.
    let queue: DispatchQueue
    let clock: StoreClock
    let logger: Logger

    private let path: DatabasePath
    private let options: DatabaseOptions
    private let migrator: DatabaseMigrator
    private let lock: OwnerLock
    private let readQueue: DispatchQueue
    private let state = Mutex(State())

    private struct State {
        var pool: DatabasePool?
        /// The failure since which the connections aren't trusted; the next write opens them anew.
        var failure: StoreError?
        var isClosed = false
        var damagedFiles = 0
    }

    /// Opens or creates the database at `path`, in an existing directory.
    ///
    /// - Throws: `StoreError.isDirectory`, `.unusablePath`, `.inUse`, `.newerSchema`, `.locked`, `.full`, `.sqlite`.
    init(
        path: String, name: String, options: DatabaseOptions, migrator: DatabaseMigrator, clock: StoreClock,
        logger: Logger
    ) throws(StoreError) {
        self.path = DatabasePath(path: path)
        self.options = options
        self.migrator = migrator
        self.clock = clock
        self.logger = logger
        queue = DispatchQueue(label: "fovea.store.\(name).write", qos: .utility)
        readQueue = DispatchQueue(label: "fovea.store.\(name).read", qos: .utility)
        try self.path.create()
        lock = try self.path.lock()
        try open()
        lock.markOpen()
        queue.async { self.check(self.lock.wasUnclean ? .integrity : .quick) }
    }

    /// How often a damaged file was moved aside since start.
    var damagedFiles: Int {
        state.withLock(\.damagedFiles)
    }

    /// Runs `body` in one transaction. Only on `queue`.
    func write<T>(_ body: (Database) throws -> T) throws(StoreError) -> T {
        let pool = try writer()
        return try attempt { try pool.write(body) }
    }

    /// Runs `body`, which must not leave a transaction open, outside of one. Only on `queue`.
    func writeWithoutTransaction<T>(_ body: (Database) throws -> T) throws(StoreError) -> T {
        let pool = try writer()
        return try attempt { try pool.writeWithoutTransaction(body) }
    }

    /// Runs `body` on one snapshot of the database. Blocks, so never on the cooperative pool.
    ///
    /// Keep `body` short: the write-ahead log can't be reset while a snapshot from before is read.
    func read<T>(_ body: (Database) throws -> T) throws(StoreError) -> T {
        let (pool, isClosed) = state.withLock { ($0.pool, $0.isClosed) }
        guard let pool else { throw isClosed ? .closed : .unavailable }
        return try attempt { try pool.read(body) }
    }

    /// Runs `work` that reads, and so blocks, on a queue instead of the caller's thread.
    func reading<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
        try await Self.run(work, on: readQueue)
    }

    /// Runs `work` that writes on `queue`.
    func writing<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
        try await Self.run(work, on: queue)
    }

    private static func run<T: Sendable>(
        _ work: @escaping @Sendable () throws -> T, on queue: DispatchQueue
    ) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try work() }) }
        }
    }

    /// Writes the log back into the database and closes it, after the reads that still run. Only on `queue`.
    ///
    /// A second call does nothing.
    func close() {
        dispatchPrecondition(condition: .onQueue(queue))
        let wasClosed = state.withLock { state in
            defer { state.isClosed = true }
            return state.isClosed
        }
        if !wasClosed { lock.release(isClean: disconnect()) }
    }

    private func attempt<T>(_ body: () throws -> T) throws(StoreError) -> T {
        do {
            return try body()
        } catch {
            let error = StoreError(error)
            if error.castsDoubtOnConnection { state.withLock { $0.failure = error } }
            throw error
        }
    }
}

// MARK: - Opening

extension DatabaseFile {
    /// Opens the connections, to a new file in place of one that is damaged or foreign.
    private func open() throws(StoreError) {
        let pool: DatabasePool
        do {
            pool = try connect()
        } catch {
            guard error == .foreign || isDamaged(after: error) else { throw error }
            try moveAside()
            pool = try connect()
        }
        state.withLock {
            $0.pool = pool
            $0.failure = nil
        }
    }

    private func connect() throws(StoreError) -> DatabasePool {
        do {
            let pool = try DatabasePool(path: path.path, configuration: options.configuration(label: queue.label))
            try pool.writeWithoutTransaction { db in
                guard try !migrator.hasBeenSuperseded(db) else { throw StoreError.newerSchema(path: path.path) }
                // Not earlier, because the pool sets NORMAL when it is made.
                try db.execute(sql: "PRAGMA synchronous = \(options.synchronous.rawValue)")
            }
            try migrator.migrate(pool)
            return pool
        } catch {
            throw StoreError(error)
        }
    }

    /// Whether damage is behind a failure to open: following a wild page number, SQLite reports a full disk, too.
    private func isDamaged(after error: StoreError) -> Bool {
        switch error {
        case .corrupt: return true
        case .full, .sqlite:
            var configuration = Configuration()
            configuration.readonly = true
            let verdict = Result {
                try DatabaseQueue(path: path.path, configuration: configuration).read {
                    try String.fetchOne($0, sql: Check.quick.rawValue)
                }
            }
            switch verdict {
            case .success(let text): return text != "ok"
            case .failure(let error): return StoreError(error) == .corrupt
            }
        default: return false
        }
    }

    private func moveAside() throws(StoreError) {
        let name = try path.moveAside(at: clock.unix())
        state.withLock { $0.damagedFiles += 1 }
        logger.error("damaged database moved aside, a new one started", metadata: ["kept": "\(name)"])
    }

    /// Closes the connections; whether that went in order.
    @discardableResult
    private func disconnect() -> Bool {
        let pool = state.withLock { state in
            defer { state.pool = nil }
            return state.pool
        }
        guard let pool else { return false }
        do {
            // The readers go first, for a reader that is the last to close can't write back the log.
            pool.releaseMemory()
            _ = try pool.writeWithoutTransaction { try $0.checkpoint(.truncate) }
            try pool.close()
            return true
        } catch {
            logger.warning("database not closed in order", metadata: ["error": "\(StoreError(error))"])
            try? pool.close()
            return false
        }
    }
}

// MARK: - Failures

extension DatabaseFile {
    private enum Check: String {
        /// Every page, but not the indexes against their tables.
        case quick = "PRAGMA quick_check(1)"
        case integrity = "PRAGMA integrity_check(1)"
    }

    /// The pool to write with; after a failure that casts doubt on its connections, with new ones.
    private func writer() throws(StoreError) -> DatabasePool {
        dispatchPrecondition(condition: .onQueue(queue))
        let (pool, failure, isClosed) = state.withLock { ($0.pool, $0.failure, $0.isClosed) }
        if isClosed { throw .closed }
        if let pool, failure == nil { return pool }
        disconnect()
        try open()
        if failure == .corrupt { check(.integrity) }
        guard let pool = state.withLock(\.pool) else { throw .unavailable }
        return pool
    }

    /// Reads the whole database, and replaces it if it is damaged.
    private func check(_ check: Check) {
        do {
            let verdict = try read { try String.fetchOne($0, sql: check.rawValue) }
            if verdict == "ok" { return }
        } catch .corrupt {
            logger.debug("database check failed")
        } catch {
            logger.warning("database not checked", metadata: ["error": "\(error)"])
            return
        }
        disconnect()
        do {
            try moveAside()
            try open()
        } catch {
            logger.error("no database in place of the damaged one", metadata: ["error": "\(error)"])
        }
    }
}
