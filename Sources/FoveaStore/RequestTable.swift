import GRDB

/// The table `request`: one row a request, numbered in the order of completion.
///
/// The only file that knows it. Time can jump, so `id` is the order; an identifier chosen by a client isn't unique.
enum RequestTable {
    static func migrate(_ migrator: inout DatabaseMigrator) {
        migrator.registerMigration("1 request") { db in
            try db.execute(
                sql: """
                    CREATE TABLE request (
                        id INTEGER PRIMARY KEY AUTOINCREMENT,
                        time REAL NOT NULL,
                        request_id TEXT NOT NULL,
                        method TEXT NOT NULL,
                        route TEXT NOT NULL,
                        model TEXT,
                        version TEXT,
                        status INTEGER NOT NULL,
                        error_code TEXT,
                        image_sha256 TEXT,
                        width INTEGER,
                        height INTEGER,
                        bytes_in INTEGER NOT NULL,
                        bytes_out INTEGER NOT NULL,
                        decode_ms REAL,
                        queue_ms REAL,
                        inference_ms REAL,
                        encode_ms REAL,
                        total_ms REAL,
                        top_label TEXT,
                        top_score REAL,
                        user_agent TEXT,
                        remote_address TEXT
                    ) STRICT;
                    CREATE INDEX request_time ON request (time);
                    CREATE INDEX request_request_id ON request (request_id);
                    """)
        }
    }

    static func insert(_ records: ArraySlice<RequestRecord>, into db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO request (
                    time, request_id, method, route, model, version, status, error_code, image_sha256, width, height,
                    bytes_in, bytes_out, decode_ms, queue_ms, inference_ms, encode_ms, total_ms, top_label, top_score,
                    user_agent, remote_address)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        for record in records {
            let values: [(any DatabaseValueConvertible)?] = [
                record.time, record.requestID, record.method, record.route, record.model, record.version,
                record.status, record.errorCode, record.imageSHA256, record.width, record.height,
                record.bytesIn, record.bytesOut, record.timings.decode, record.timings.queue,
                record.timings.inference, record.timings.encode, record.timings.total, record.topLabel,
                record.topScore, record.userAgent, record.remoteAddress,
            ]
            try statement.execute(arguments: StatementArguments(values))
        }
    }

    /// The newest row of a request identifier.
    static func newest(requestID: String, in db: Database) throws -> RequestRecord? {
        try Row.fetchOne(
            db, sql: "SELECT * FROM request WHERE request_id = ? ORDER BY id DESC LIMIT 1", arguments: [requestID]
        ).map(record)
    }

    /// The rows that can match the filter's times and page, nil if there are none.
    ///
    /// Answered from the index on time alone; left to itself, SQLite searches the table from its oldest row.
    static func rows(of filter: RequestFilter, in db: Database) throws -> ClosedRange<Int64>? {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT CASE WHEN :since IS NULL THEN (SELECT min(id) FROM request)
                            ELSE (SELECT min(id) FROM request INDEXED BY request_time WHERE time >= :since) END AS first,
                       CASE WHEN :until IS NULL THEN (SELECT max(id) FROM request)
                            ELSE (SELECT max(id) FROM request INDEXED BY request_time WHERE time <= :until) END AS last
                """, arguments: ["since": filter.since, "until": filter.until])
        guard let row, let first: Int64 = try row.optional("first"), let newest: Int64 = try row.optional("last")
        else { return nil }
        let last = min(newest, filter.beforeID.map { $0 > .min ? $0 - 1 : .min } ?? newest)
        return first <= last ? first...last : nil
    }

    /// At most `limit` matches among `rows`, newest first.
    static func matches(
        _ filter: RequestFilter, in rows: ClosedRange<Int64>, limit: Int, of db: Database
    ) throws -> [RequestRecord] {
        let cursor = try Row.fetchCursor(
            db,
            sql: """
                SELECT * FROM request
                WHERE id BETWEEN :first AND :last
                  AND (:since IS NULL OR time >= :since) AND (:until IS NULL OR time <= :until)
                  AND (:model IS NULL OR model = :model) AND (:status IS NULL OR status = :status)
                ORDER BY id DESC LIMIT :limit
                """,
            arguments: [
                "first": rows.lowerBound, "last": rows.upperBound, "since": filter.since, "until": filter.until,
                "model": filter.model, "status": filter.status, "limit": limit,
            ])
        var records: [RequestRecord] = []
        while let row = try cursor.next() { records.append(try record(row)) }
        return records
    }

    /// The distance from the oldest to the newest row: their number, or more after gaps in the middle.
    static func span(_ db: Database) throws -> Int64 {
        try Int64.fetchOne(db, sql: "SELECT ifnull(max(id) - min(id) + 1, 0) FROM request") ?? 0
    }

    /// Deletes at most `limit` rows from before `time`; returns how many.
    static func delete(before time: Double, limit: Int, from db: Database) throws -> Int {
        try db.execute(
            sql: "DELETE FROM request WHERE id IN (SELECT id FROM request WHERE time < ? ORDER BY time LIMIT ?)",
            arguments: [time, limit])
        return db.changesCount
    }

    /// Deletes the oldest rows, at most `limit`; returns how many.
    static func deleteOldest(limit: Int, from db: Database) throws -> Int {
        try db.execute(
            sql: "DELETE FROM request WHERE id IN (SELECT id FROM request ORDER BY id LIMIT ?)", arguments: [limit])
        return db.changesCount
    }

    private static func record(_ row: Row) throws(StoreError) -> RequestRecord {
        RequestRecord(
            id: try row.value("id"), time: try row.value("time"), requestID: try row.value("request_id"),
            method: try row.value("method"), route: try row.value("route"), model: try row.optional("model"),
            version: try row.optional("version"), status: try row.value("status"),
            errorCode: try row.optional("error_code"), imageSHA256: try row.optional("image_sha256"),
            width: try row.optional("width"), height: try row.optional("height"),
            bytesIn: try row.value("bytes_in"), bytesOut: try row.value("bytes_out"),
            timings: RequestTimings(
                decode: try row.optional("decode_ms"), queue: try row.optional("queue_ms"),
                inference: try row.optional("inference_ms"), encode: try row.optional("encode_ms"),
                total: try row.optional("total_ms")),
            topLabel: try row.optional("top_label"), topScore: try row.optional("top_score"),
            userAgent: try row.optional("user_agent"), remoteAddress: try row.optional("remote_address"))
    }
}
