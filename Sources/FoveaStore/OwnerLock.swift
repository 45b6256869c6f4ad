import Glibc

/// A small file beside a database that says who has it open, and whether the last owner closed it.
///
/// The kernel's advisory lock on it allows one owner at a time and vanishes with the process. Its length is the
/// unclean marker: one byte while the database is open, zero after it was closed in order. The file stays in place,
/// for removing it would let two owners lock two files of one name.
final class OwnerLock: Sendable {
    private let descriptor: Int32

    /// Whether the last owner ended without closing the database.
    let wasUnclean: Bool

    init(databasePath: String) throws(StoreError) {
        descriptor = open(databasePath + "-lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw .unusablePath(path: databasePath, reason: String(cString: strerror(errno)))
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            Glibc.close(descriptor)
            throw .inUse(path: databasePath)
        }
        var status = stat()
        wasUnclean = fstat(descriptor, &status) != 0 || status.st_size > 0
    }

    deinit {
        close(descriptor)
    }

    /// Records that the database is open from now on. A sparse byte, so that a full disk doesn't matter.
    func markOpen() {
        ftruncate(descriptor, 1)
    }

    /// Lets the next owner in; `isClean` if the database was closed in order.
    func release(isClean: Bool) {
        if isClean { ftruncate(descriptor, 0) }
        flock(descriptor, LOCK_UN)
    }
}
