import GRDB

/// Why a store can't be opened, read or written.
///
/// The cases that carry a path occur at start only, for the operator; none carries a bound value.
public enum StoreError: Error, Equatable {
    /// The database's path names a directory.
    case isDirectory(path: String)
    /// The database's directory is missing, read-only or not a directory; `reason` is the system's text.
    case unusablePath(path: String, reason: String)
    /// Another process, or another store of this one, has the database open.
    case inUse(path: String)
    /// The database was written by a newer version of this program.
    case newerSchema(path: String)
    /// The file is a sound database of another program.
    case foreign
    /// The file is not a database, or a damaged one.
    case corrupt
    /// Another process held the database's lock for longer than the busy timeout.
    case locked
    /// The disk is full.
    case full
    /// SQLite failed otherwise; `code` is its extended result code.
    case sqlite(code: Int, message: String)
    /// A stored row doesn't have the types its table declares.
    case malformedRow
    /// The store was closed.
    case closed
    /// The database failed and could not be opened again so far; the program's log says why.
    case unavailable
    /// An image identifier that isn't 64 hexadecimal digits.
    case invalidDigest
    /// An image larger than the whole store may become.
    case imageOverBudget(bytes: Int, budget: Int)
    /// Width, height or content type of an image that no image has.
    case invalidImage
    /// A time range that is empty, endless or not a number.
    case invalidRange
    /// More steps than one answer may hold.
    case tooManySteps(got: Int, limit: Int)
}

extension StoreError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .isDirectory(let path): "\(path) is a directory; name a file for the database"
        case .unusablePath(let path, let reason):
            "can't write the database \(path): \(reason); name a writable, existing directory"
        case .inUse(let path): "\(path) is in use by another process; give each its own data directory"
        case .newerSchema(let path): "\(path) was written by a newer version; start that one, or move the file away"
        case .foreign: "the file is a database of another program"
        case .corrupt: "the database is damaged"
        case .locked: "the database is locked by another process"
        case .full: "no space is left for the database"
        case .sqlite(let code, let message): "SQLite error \(code): \(message)"
        case .malformedRow: "a stored row is malformed"
        case .closed: "the store is closed"
        case .unavailable: "the database is unavailable; the program's log says why"
        case .invalidDigest: "an image's identifier is the sha256 of its bytes in 64 hexadecimal digits"
        case .imageOverBudget(let bytes, let budget): "the image has \(bytes) bytes, the image store holds \(budget)"
        case .invalidImage: "an image's width and height are positive, its content type at most 256 bytes"
        case .invalidRange: "the range must end after it begins, both in seconds since 1970"
        case .tooManySteps(let got, let limit): "the range has \(got) steps, at most \(limit) are answered"
        }
    }
}

extension StoreError {
    /// What an error thrown below, by SQLite or by a table's own code, means here.
    init(_ error: any Error) {
        switch error {
        case let error as StoreError:
            self = error
        case let error as DatabaseError:
            switch error.resultCode {
            case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .corrupt
            case .SQLITE_BUSY, .SQLITE_LOCKED: self = .locked
            case .SQLITE_FULL: self = .full
            default:
                self = .sqlite(code: Int(error.extendedResultCode.rawValue), message: error.message ?? "no message")
            }
        default:
            self = .sqlite(code: 0, message: "\(type(of: error))")
        }
    }
}

extension StoreError {
    /// Whether the connections can't be trusted after this failure of a read or a write.
    ///
    /// A full disk or a lock says nothing bad about them. After a failed write or sync nothing is known about what
    /// the system's cache holds, so what SQLite remembers of the file has to go.
    var castsDoubtOnConnection: Bool {
        guard case .sqlite(let code, _) = self else { return self == .corrupt }
        return [.SQLITE_IOERR, .SQLITE_READONLY, .SQLITE_CANTOPEN]
            .contains(ResultCode(rawValue: CInt(truncatingIfNeeded: code)).primaryResultCode)
    }
}
