import Dispatch
import GRDB
public import Logging
import Synchronization

/// Uploaded images by the sha256 of their bytes, on SQLite, within a budget of bytes.
///
/// An image and its bytes are committed together, so a reader sees all of an upload or none. Reading one marks it as
/// used; the mark is written with the next upload, for nobody waits for it.
public final class ImageStore: Sendable {
    let file: DatabaseFile
    private let settings: ImageStoreSettings
    private let total: Mutex<Int>
    private let uses: Mutex<Uses>

    /// Uses not written yet, each with its place in the order of all uses.
    private struct Uses {
        var last: Int64
        var waiting: [ImageDigest: Int64] = [:]

        mutating func next() -> Int64 {
            // Wraps around after a damaged file named the largest number there is: then the order restarts.
            last &+= 1
            return last
        }
    }

    /// Opens or creates the store; `path` names the database file in an existing directory.
    ///
    /// - Throws: if the path can't be used, or another process has the store open.
    public convenience init(path: String, settings: ImageStoreSettings, logger: Logger) throws(StoreError) {
        try self.init(path: path, settings: settings, logger: logger, clock: .system)
    }

    init(path: String, settings: ImageStoreSettings, logger: Logger, clock: StoreClock) throws(StoreError) {
        var migrator = DatabaseMigrator()
        ImageTable.migrate(&migrator)
        file = try DatabaseFile(
            path: path, name: "images",
            options: DatabaseOptions(
                synchronous: settings.synchronous, busyTimeout: settings.busyTimeout, maxPages: settings.maxPages),
            migrator: migrator, clock: clock, logger: logger)
        self.settings = settings
        // A file too damaged to tell is replaced by the check that waits on the queue.
        let (bytes, lastUse) =
            (try? file.read { (try ImageTable.totalBytes($0), try ImageTable.lastUse($0)) }) ?? (0, 0)
        total = Mutex(bytes)
        uses = Mutex(Uses(last: lastUse))
        file.queue.async { self.countBytes() }
    }

    /// The size of all images, in bytes; doesn't wait.
    public var totalBytes: Int {
        total.withLock { $0 }
    }

    /// How often a damaged store was moved aside since start.
    public var damagedFiles: Int {
        file.damagedFiles
    }

    /// Keeps an upload; the least recently used images go if there is no room. Blocks.
    ///
    /// - Parameters:
    ///   - sha256: of `bytes`, as the caller computed it: 64 hexadecimal digits.
    ///   - width: of the upright image in pixels, as is `height`.
    /// - Returns: whether it is new; one that was there counts as used and stays as it was.
    /// - Throws: `StoreError.invalidDigest`, `.invalidImage`, `.imageOverBudget`, `.full`, or what SQLite reports.
    public func put(_ bytes: [UInt8], sha256: String, contentType: String, width: Int, height: Int) throws -> Bool {
        let upload = try upload(bytes, sha256: sha256, contentType: contentType, width: width, height: height)
        return try file.queue.sync(execute: upload)
    }

    /// As the blocking function of this name, away from the cooperative pool.
    public func put(
        _ bytes: [UInt8], sha256: String, contentType: String, width: Int, height: Int
    ) async throws -> Bool {
        let upload = try upload(bytes, sha256: sha256, contentType: contentType, width: width, height: height)
        return try await file.writing(upload)
    }

    /// The image and its bytes, nil if there is none; it counts as used. Blocks.
    public func get(_ sha256: String) throws -> StoredImage? {
        let digest = try ImageDigest(hex: sha256)
        let image = try file.read { db -> StoredImage? in
            guard let metadata = try ImageTable.metadata(digest, in: db) else { return nil }
            return StoredImage(metadata: metadata, bytes: try ImageTable.bytes(digest, metadata, in: db))
        }
        if image != nil { uses.withLock { $0.waiting[digest] = $0.next() } }
        return image
    }

    /// As the blocking function of this name, away from the cooperative pool.
    public func get(_ sha256: String) async throws -> StoredImage? {
        try await file.reading { try self.get(sha256) }
    }

    /// What is known of the image, nil if there is none; it doesn't count as used. Blocks.
    public func head(_ sha256: String) throws -> ImageMetadata? {
        let digest = try ImageDigest(hex: sha256)
        return try file.read { try ImageTable.metadata(digest, in: $0) }
    }

    /// As the blocking function of this name, away from the cooperative pool.
    public func head(_ sha256: String) async throws -> ImageMetadata? {
        try await file.reading { try self.head(sha256) }
    }

    /// Deletes an image; returns whether there was one. Blocks.
    public func delete(_ sha256: String) throws -> Bool {
        let digest = try ImageDigest(hex: sha256)
        return try file.queue.sync { try remove(digest) }
    }

    /// As the blocking function of this name, away from the cooperative pool.
    public func delete(_ sha256: String) async throws -> Bool {
        let digest = try ImageDigest(hex: sha256)
        return try await file.writing { try self.remove(digest) }
    }

    /// Writes down which images were used, and closes the database. Blocks; a second call does nothing.
    public func close() {
        file.queue.sync {
            // Without it, the order of eviction after a restart is a little older.
            try? file.write { try writeUses(to: $0) }
            file.close()
        }
    }
}

// MARK: - Writing

extension ImageStore {
    /// Checks an upload on the caller's thread; the rest is for the file's queue.
    private func upload(
        _ bytes: [UInt8], sha256: String, contentType: String, width: Int, height: Int
    ) throws -> @Sendable () throws -> Bool {
        let digest = try ImageDigest(hex: sha256)
        guard width > 0, height > 0, contentType.utf8.count <= 256 else { throw StoreError.invalidImage }
        guard bytes.count <= settings.budget else {
            throw StoreError.imageOverBudget(bytes: bytes.count, budget: settings.budget)
        }
        let metadata = ImageMetadata(
            sha256: digest.hex, contentType: contentType, width: width, height: height, bytes: bytes.count,
            created: file.clock.unix())
        return { try self.store(bytes, metadata, digest: digest) }
    }

    private func store(_ bytes: [UInt8], _ metadata: ImageMetadata, digest: ImageDigest) throws -> Bool {
        let use = uses.withLock { $0.next() }
        let (isNew, totalBytes) = try file.write { db in
            try writeUses(to: db)
            let isNew = try ImageTable.metadata(digest, in: db) == nil
            if isNew {
                try ImageTable.evict(to: settings.budget - bytes.count, from: db)
                try ImageTable.insert(bytes, metadata, digest: digest, used: use, into: db)
            } else {
                try ImageTable.touch(digest, used: use, in: db)
            }
            return (isNew, try ImageTable.totalBytes(db))
        }
        total.withLock { $0 = totalBytes }
        vacuum()
        return isNew
    }

    private func countBytes() {
        guard let bytes = try? file.read({ try ImageTable.totalBytes($0) }) else { return }
        total.withLock { $0 = bytes }
    }

    private func remove(_ digest: ImageDigest) throws -> Bool {
        let (isThere, totalBytes) = try file.write { db in
            (try ImageTable.delete(digest, from: db), try ImageTable.totalBytes(db))
        }
        total.withLock { $0 = totalBytes }
        vacuum()
        return isThere
    }

    /// Written before the order is asked for. A failed transaction loses them, and a little of the order with it.
    private func writeUses(to db: Database) throws {
        let waiting = uses.withLock { uses in
            defer { uses.waiting = [:] }
            return uses.waiting
        }
        for (digest, used) in waiting { try ImageTable.touch(digest, used: used, in: db) }
    }

    /// Gives pages back to the file system, behind what waits on the queue.
    private func vacuum() {
        file.queue.async {
            if (try? self.file.vacuumStep()) == true { self.vacuum() }
        }
    }
}
