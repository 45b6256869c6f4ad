import Glibc

/// A weights file, open for reading.
///
/// It is read with `pread`, not mapped: whoever truncates a mapped file kills its readers with SIGBUS, whereas a read
/// that comes up short is an error like any other. A mapping would save no copy either, since a network's weights are
/// converted or packed for its kernels anyway.
final class CheckpointFile: Sendable {
    /// The bytes there were when the file was opened.
    let size: Int
    private let descriptor: Int32

    init(path: String) throws(CheckpointError) {
        // O_NONBLOCK: opening a pipe that nobody writes to must not hang. It means nothing to a regular file.
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .unreadable(code: errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let code = errno
            close(descriptor)
            throw .unreadable(code: code)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw .notRegularFile
        }
        size = Int(status.st_size)
    }

    deinit { close(descriptor) }

    /// Fills `buffer` with the bytes from `offset` on.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(CheckpointError) {
        guard offset >= 0, offset <= size, buffer.count <= size - offset else { throw .truncated }
        var filled = 0
        while filled < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
            let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + filled))
            if count > 0 {
                filled += count
            } else if count == 0 {
                throw .truncated
            } else if errno != EINTR {
                throw .unreadable(code: errno)
            }
        }
    }

    /// The bytes of `range`.
    func bytes(_ range: Range<Int>) throws(CheckpointError) -> [UInt8] {
        guard range.lowerBound >= 0, range.upperBound <= size else { throw .truncated }
        var bytes = [UInt8](repeating: 0, count: range.count)
        try bytes.withUnsafeMutableBufferPointer { buffer throws(CheckpointError) in
            try read(into: UnsafeMutableRawBufferPointer(buffer), at: range.lowerBound)
        }
        return bytes
    }
}
