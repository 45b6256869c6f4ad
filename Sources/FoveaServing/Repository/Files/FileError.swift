import FoveaJSON
import Glibc

/// A file operation that the system refused.
public struct FileError: Error, Equatable, CustomStringConvertible {
    /// What was tried: `open`, `write`, …
    public let operation: String
    public let path: String
    /// `errno`.
    public let code: Int32

    /// The failure of `operation` that `errno` tells of now.
    static func last(_ operation: String, _ path: String) -> FileError {
        FileError(operation: operation, path: path, code: errno)
    }

    public var description: String {
        "can't \(operation) \(path.printable): \(String(cString: strerror(code)))"
    }
}
