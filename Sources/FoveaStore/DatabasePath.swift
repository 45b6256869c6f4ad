import Glibc

/// The name of a database, and the files that SQLite keeps beside it.
struct DatabasePath: Sendable {
    let path: String

    /// Creates an empty file if there is none, readable by its owner alone; SQLite gives its other files that mode.
    func create() throws(StoreError) {
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { throw .isDirectory(path: path) }
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw unusable() }
        close(descriptor)
    }

    /// Renames the database with its log to a name that ends in `unixTime`, and returns that name without directory.
    func moveAside(at unixTime: Double) throws(StoreError) -> String {
        let stamp = path + ".damaged-" + Self.timestamp(unixTime)
        var target = stamp
        for number in 2..<1000 where access(target, F_OK) == 0 { target = "\(stamp)-\(number)" }
        guard rename(path, target) == 0 else { throw unusable() }
        for suffix in ["-wal", "-shm"] where access(path + suffix, F_OK) == 0 {
            guard rename(path + suffix, target + suffix) == 0 else { throw unusable() }
        }
        try create()
        return String(target.split(separator: "/").last ?? "")
    }

    /// The lock that says who has this database open.
    func lock() throws(StoreError) -> OwnerLock {
        try OwnerLock(databasePath: path)
    }

    private func unusable() -> StoreError {
        .unusablePath(path: path, reason: String(cString: strerror(errno)))
    }

    /// `20260801T120000Z`, for file names that sort by time.
    private static func timestamp(_ unixTime: Double) -> String {
        var seconds = time_t(exactly: unixTime.rounded(.down)) ?? 0
        var date = tm()
        gmtime_r(&seconds, &date)
        var text = [CChar](repeating: 0, count: 32)
        let length = strftime(&text, text.count, "%Y%m%dT%H%M%SZ", &date)
        return String(decoding: text.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
