import FoundationEssentials
import Glibc

/// A file that a command was told to read.
enum InputFile {
    static func read(_ path: String) throws -> ArraySlice<UInt8> {
        guard let data = FileManager.default.contents(atPath: path) else { throw Unreadable() }
        return [UInt8](data)[...]
    }

    private struct Unreadable: Error, CustomStringConvertible {
        let reason = String(cString: strerror(errno))
        var description: String { "can't read this file: \(reason)" }
    }
}
