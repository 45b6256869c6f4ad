import GRDB

/// The size of a database without its write-ahead log, in pages and bytes.
struct DatabaseSize: Equatable {
    var pages: Int64
    var freePages: Int64
    var pageBytes: Int64

    /// The bytes in use; deleted rows leave free pages behind, which the next rows fill.
    var usedBytes: Int64 { (pages - freePages) * pageBytes }

    init(_ db: Database) throws {
        pages = try Int64.fetchOne(db, sql: "PRAGMA page_count") ?? 0
        freePages = try Int64.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
        pageBytes = try Int64.fetchOne(db, sql: "PRAGMA page_size") ?? 0
    }
}

extension DatabaseFile {
    /// Gives up to 256 free pages back to the file system, if there are more than soon used again. Only on `queue`.
    ///
    /// - Returns: whether there are more to give back.
    func vacuumStep() throws(StoreError) -> Bool {
        try writeWithoutTransaction { db in
            let size = try DatabaseSize(db)
            let kept = max(64, size.pages / 16)
            guard size.freePages > kept else { return false }
            try db.execute(sql: "PRAGMA incremental_vacuum(\(min(256, size.freePages - kept)))")
            return size.freePages - kept > 256
        }
    }
}
