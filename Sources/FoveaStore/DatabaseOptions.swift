import Dispatch
import GRDB

/// How hard SQLite tries to survive a power loss; a killed process loses no commit with either.
public enum Synchronous: String, Sendable, CaseIterable {
    /// Syncs at checkpoints: a power loss may lose the last commits, but never damages the database.
    case normal
    /// Syncs each commit.
    case full
}

/// The settings of one database that go to SQLite.
struct DatabaseOptions: Sendable {
    var synchronous = Synchronous.normal
    var busyTimeout = Duration.seconds(5)
    /// The size at which the database is full, in pages; without it, only the disk limits it.
    var maxPages: Int?
}

extension DatabaseOptions {
    /// "Fove" in ASCII, in the header of every database of this program.
    static let applicationID: Int64 = 0x466F_7665

    /// The configuration of one writer and at most two readers.
    ///
    /// SQLite 3.7.0 to 3.51.2 can damage a database in WAL mode when two connections write or checkpoint at the same
    /// moment. So only the writer of the one process that holds `OwnerLock` checkpoints: readers are opened
    /// read-only, with `wal_autocheckpoint=0`.
    func configuration(label: String) -> Configuration {
        var configuration = Configuration()
        configuration.label = label
        configuration.maximumReaderCount = 2
        configuration.qos = .utility
        configuration.busyMode = .timeout(busyTimeout / .seconds(1))
        configuration.prepareDatabase { [maxPages] db in
            try db.execute(sql: "PRAGMA trusted_schema = OFF; PRAGMA mmap_size = 0")
            if db.configuration.readonly {
                try db.execute(sql: "PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -500")
            } else {
                try claim(db)
                try db.execute(
                    sql: """
                        PRAGMA wal_autocheckpoint = 1000;
                        PRAGMA cache_size = -2000;
                        PRAGMA journal_size_limit = 67108864;
                        PRAGMA secure_delete = FAST
                        """)
                if let maxPages { try db.execute(sql: "PRAGMA max_page_count = \(maxPages)") }
            }
        }
        return configuration
    }
}

/// Makes an empty database ours, and refuses one of another program before anything is written to it.
private func claim(_ db: Database) throws {
    let id = try Int64.fetchOne(db, sql: "PRAGMA application_id")
    if id == DatabaseOptions.applicationID { return }
    let objects = try Int64.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema")
    guard id == 0, objects == 0 else { throw StoreError.foreign }
    // Has an effect only before the first table, and before the change to WAL mode.
    try db.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
    try db.execute(sql: "PRAGMA application_id = \(DatabaseOptions.applicationID)")
}
