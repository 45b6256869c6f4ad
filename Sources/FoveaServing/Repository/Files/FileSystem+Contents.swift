import Crypto
import Glibc

extension FileSystem {
    private static let pieceSize = 1 << 20

    /// The bytes of the file at `path`, at most `limit` of them and one more: a longer result says that the file is too large.
    static func contents(of path: String, limit: Int) throws(FileError) -> [UInt8] {
        let file = try regularFile(path)
        var bytes: [UInt8] = []
        while bytes.count <= limit {
            let piece = try file.read(upTo: min(pieceSize, limit + 1 - bytes.count))
            if piece.isEmpty { break }
            bytes += piece
        }
        return bytes
    }

    /// Writes a new file.
    static func write(_ bytes: some Collection<UInt8>, toNewFile path: String) throws(FileError) {
        let file = try File(path, O_WRONLY | O_CREAT | O_EXCL)
        try file.write(bytes)
    }

    /// The digest of the file at `path`.
    static func digest(of path: String) throws(FileError) -> SHA256Digest {
        let file = try regularFile(path)
        var hash = SHA256()
        while true {
            let piece = try file.read(upTo: pieceSize)
            if piece.isEmpty { return SHA256Digest(hash.finalize()) }
            hash.update(data: piece)
        }
    }

    /// Copies the file at `source` into a new file; returns the digest of what was copied.
    static func copy(_ source: String, toNewFile target: String) throws(FileError) -> SHA256Digest {
        let (input, output) = (try regularFile(source), try File(target, O_WRONLY | O_CREAT | O_EXCL))
        var hash = SHA256()
        while true {
            let piece = try input.read(upTo: pieceSize)
            if piece.isEmpty { break }
            hash.update(data: piece)
            try output.write(piece)
        }
        return SHA256Digest(hash.finalize())
    }

    /// Opens a file for reading; a pipe or device is refused instead of waited for.
    private static func regularFile(_ path: String) throws(FileError) -> File {
        guard kind(of: path) != .other else { throw FileError(operation: "read", path: path, code: EINVAL) }
        return try File(path, O_RDONLY | O_NONBLOCK)
    }
}
