import FoundationEssentials
import Glibc

/// A file that a command was told to write.
enum OutputFile {
    static func write(_ bytes: [UInt8], to path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: Data(bytes)) else { throw Unwritable(path: path) }
    }

    private struct Unwritable: Error, CustomStringConvertible {
        let path: String
        let reason = String(cString: strerror(errno))
        var description: String { "\(path): can't write this file: \(reason)" }
    }
}
