import GRDB

/// The tables `metrics_series`, a route with a model, and `metrics_minute`, a row for each series and minute.
///
/// The only file that knows them. `minute` is the Unix time divided by 60; `model` is empty for a route without one.
enum MetricsTable {
    static func migrate(_ migrator: inout DatabaseMigrator) {
        migrator.registerMigration("1 metrics") { db in
            try db.execute(
                sql: """
                    CREATE TABLE metrics_series (
                        id INTEGER PRIMARY KEY,
                        route TEXT NOT NULL,
                        model TEXT NOT NULL,
                        UNIQUE (route, model)
                    ) STRICT;
                    CREATE TABLE metrics_minute (
                        minute INTEGER NOT NULL,
                        series INTEGER NOT NULL REFERENCES metrics_series (id),
                        statuses TEXT NOT NULL,
                        latency TEXT NOT NULL,
                        latency_sum REAL NOT NULL,
                        decode_sum REAL NOT NULL,
                        queue_sum REAL NOT NULL,
                        inference_sum REAL NOT NULL,
                        encode_sum REAL NOT NULL,
                        queue_depth INTEGER NOT NULL,
                        memory_bytes INTEGER NOT NULL,
                        PRIMARY KEY (minute, series)
                    ) STRICT, WITHOUT ROWID;
                    """)
        }
    }

    /// Adds to the row of a minute, which is there already if the process restarted within the minute.
    static func add(_ row: MetricsRow, minute: Int64, to db: Database) throws {
        let series = try series(of: row, in: db)
        let stored = try Row.fetchOne(
            db,
            sql: """
                SELECT * FROM metrics_minute JOIN metrics_series ON series = id
                WHERE minute = ? AND series = ?
                """, arguments: [minute, series])
        var sum = row
        if let stored { sum.add(try metrics(stored)) }
        let latency = Dictionary(uniqueKeysWithValues: sum.latency.counts.enumerated().map { ($0.offset, $0.element) })
        try db.execute(
            sql: """
                INSERT OR REPLACE INTO metrics_minute (
                    minute, series, statuses, latency, latency_sum, decode_sum, queue_sum, inference_sum, encode_sum,
                    queue_depth, memory_bytes)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                minute, series, CountText.encode(sum.statuses), CountText.encode(latency), sum.latency.sum,
                sum.stages.decode, sum.stages.queue, sum.stages.inference, sum.stages.encode, sum.queueDepth,
                sum.memoryBytes,
            ])
    }

    /// Calls `body` with each row of `minutes`, in the order of time.
    static func forEach(
        in minutes: ClosedRange<Int64>, of db: Database, _ body: (_ minute: Int64, MetricsRow) throws -> Void
    ) throws {
        let cursor = try Row.fetchCursor(
            db,
            sql: """
                SELECT * FROM metrics_minute JOIN metrics_series ON series = id
                WHERE minute BETWEEN ? AND ? ORDER BY minute
                """, arguments: [minutes.lowerBound, minutes.upperBound])
        while let row = try cursor.next() { try body(try row.value("minute"), try metrics(row)) }
    }

    /// The minutes from the oldest row to the newest, nil if there is none.
    static func minutes(_ db: Database) throws -> ClosedRange<Int64>? {
        let row = try Row.fetchOne(db, sql: "SELECT min(minute) AS first, max(minute) AS last FROM metrics_minute")
        guard let row, let first: Int64 = try row.optional("first"), let last: Int64 = try row.optional("last"),
            first <= last
        else { return nil }
        return first...last
    }

    /// Deletes the oldest rows from before `minute`, at most `limit`; returns how many.
    static func delete(before minute: Int64, limit: Int, from db: Database) throws -> Int {
        try db.execute(
            sql: """
                DELETE FROM metrics_minute WHERE (minute, series) IN (
                    SELECT minute, series FROM metrics_minute WHERE minute < ? ORDER BY minute LIMIT ?)
                """, arguments: [minute, limit])
        return db.changesCount
    }

    private static func series(of row: MetricsRow, in db: Database) throws -> Int64? {
        let name = [row.route, row.model ?? ""]
        try db.execute(
            sql: "INSERT INTO metrics_series (route, model) VALUES (?, ?) ON CONFLICT DO NOTHING",
            arguments: StatementArguments(name))
        return try Int64.fetchOne(
            db, sql: "SELECT id FROM metrics_series WHERE route = ? AND model = ?", arguments: StatementArguments(name))
    }

    private static func metrics(_ row: Row) throws(StoreError) -> MetricsRow {
        var latency = LatencyHistogram()
        for (bucket, count) in try CountText.decode(row.value("latency")) {
            guard latency.counts.indices.contains(bucket) else { throw .malformedRow }
            latency.counts[bucket] = count
        }
        latency.sum = try row.value("latency_sum")
        let model: String = try row.value("model")
        return MetricsRow(
            route: try row.value("route"), model: model.isEmpty ? nil : model,
            statuses: try CountText.decode(row.value("statuses")), latency: latency,
            stages: StageSums(
                decode: try row.value("decode_sum"), queue: try row.value("queue_sum"),
                inference: try row.value("inference_sum"), encode: try row.value("encode_sum")),
            queueDepth: try row.value("queue_depth"), memoryBytes: try row.value("memory_bytes"))
    }
}
