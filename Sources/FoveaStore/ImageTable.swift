import Foundation
import GRDB

/// The tables `image`, a row an image, and `image_chunk`, its bytes in pieces.
///
/// The only file that knows them. In pieces, because SQLite holds the whole of a value in memory, more than once.
/// `used` grows with each use of any image: an order that no jump of the clock upsets.
enum ImageTable {
    /// Bytes in a piece.
    static let chunk = 1 << 20

    static func migrate(_ migrator: inout DatabaseMigrator) {
        migrator.registerMigration("1 image") { db in
            try db.execute(
                sql: """
                    CREATE TABLE image (
                        id INTEGER PRIMARY KEY,
                        sha256 BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
                        content_type TEXT NOT NULL,
                        width INTEGER NOT NULL,
                        height INTEGER NOT NULL,
                        bytes INTEGER NOT NULL,
                        created REAL NOT NULL,
                        used INTEGER NOT NULL
                    ) STRICT;
                    CREATE INDEX image_used ON image (used, bytes);
                    CREATE TABLE image_chunk (
                        image INTEGER NOT NULL REFERENCES image (id) ON DELETE CASCADE,
                        position INTEGER NOT NULL,
                        bytes BLOB NOT NULL,
                        PRIMARY KEY (image, position)
                    ) STRICT;
                    """)
        }
    }

    static func insert(
        _ bytes: [UInt8], _ metadata: ImageMetadata, digest: ImageDigest, used: Int64, into db: Database
    ) throws {
        try db.execute(
            sql: """
                INSERT INTO image (sha256, content_type, width, height, bytes, created, used)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                digest.data, metadata.contentType, metadata.width, metadata.height, bytes.count, metadata.created, used,
            ])
        let image = db.lastInsertedRowID
        for (position, start) in stride(from: 0, to: bytes.count, by: chunk).enumerated() {
            let piece = Data(bytes[start..<min(start + chunk, bytes.count)])
            try db.execute(
                sql: "INSERT INTO image_chunk (image, position, bytes) VALUES (?, ?, ?)",
                arguments: [image, position, piece])
        }
    }

    static func metadata(_ digest: ImageDigest, in db: Database) throws -> ImageMetadata? {
        guard let row = try Row.fetchOne(db, sql: "SELECT * FROM image WHERE sha256 = ?", arguments: [digest.data])
        else { return nil }
        return ImageMetadata(
            sha256: digest.hex, contentType: try row.value("content_type"), width: try row.value("width"),
            height: try row.value("height"), bytes: try row.value("bytes"), created: try row.value("created"))
    }

    /// The bytes of an image of which `metadata` was read in the same transaction.
    static func bytes(_ digest: ImageDigest, _ metadata: ImageMetadata, in db: Database) throws -> [UInt8] {
        let cursor = try Row.fetchCursor(
            db,
            sql: """
                SELECT image_chunk.bytes AS bytes FROM image JOIN image_chunk ON image = id
                WHERE sha256 = ? ORDER BY position
                """, arguments: [digest.data])
        var bytes: [UInt8] = []
        while let row = try cursor.next() {
            try row.withUnsafeData(named: "bytes") { bytes.append(contentsOf: $0 ?? Data()) }
            guard bytes.count <= metadata.bytes else { throw StoreError.malformedRow }
        }
        guard bytes.count == metadata.bytes else { throw StoreError.malformedRow }
        return bytes
    }

    static func touch(_ digest: ImageDigest, used: Int64, in db: Database) throws {
        try db.execute(sql: "UPDATE image SET used = ? WHERE sha256 = ?", arguments: [used, digest.data])
    }

    /// Whether there was such an image.
    static func delete(_ digest: ImageDigest, from db: Database) throws -> Bool {
        try db.execute(sql: "DELETE FROM image WHERE sha256 = ?", arguments: [digest.data])
        return db.changesCount > 0
    }

    /// Deletes the least recently used images until the rest has at most `budget` bytes.
    static func evict(to budget: Int, from db: Database) throws {
        while try totalBytes(db) > budget {
            try db.execute(sql: "DELETE FROM image WHERE id = (SELECT id FROM image ORDER BY used LIMIT 1)")
            guard db.changesCount > 0 else { return }
        }
    }

    static func totalBytes(_ db: Database) throws -> Int {
        try Int.fetchOne(db, sql: "SELECT ifnull(sum(bytes), 0) FROM image") ?? 0
    }

    /// The largest `used` so far.
    static func lastUse(_ db: Database) throws -> Int64 {
        try Int64.fetchOne(db, sql: "SELECT ifnull(max(used), 0) FROM image") ?? 0
    }
}
