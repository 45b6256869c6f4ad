import Glibc

/// An open file; closed when nobody holds it any more.
final class File: Sendable {
    let path: String
    private let descriptor: Int32

    /// Opens `path` with the flags of `open(2)`; a new file gets mode 0666 less the umask.
    init(_ path: String, _ flags: Int32) throws(FileError) {
        descriptor = open(path, flags | O_CLOEXEC, 0o666)
        self.path = path
        guard descriptor >= 0 else { throw .last("open", path) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Reads at most `count` bytes; an empty array is the end of the file.
    func read(upTo count: Int) throws(FileError) -> [UInt8] {
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            let got = File.retrying { Glibc.read(descriptor, buffer.baseAddress, count) }
            failed = got < 0
            initialized = max(got, 0)
        }
        if failed { throw .last("read", path) }
        return bytes
    }

    /// Writes all of `bytes`.
    func write(_ bytes: some Collection<UInt8>) throws(FileError) {
        let bytes = ContiguousArray(bytes)
        let isComplete = bytes.withUnsafeBytes { buffer in
            var written = 0
            while written < buffer.count {
                let rest = UnsafeRawBufferPointer(rebasing: buffer[written...])
                let count = File.retrying { Glibc.write(descriptor, rest.baseAddress, rest.count) }
                guard count > 0 else { return false }
                written += count
            }
            return true
        }
        guard isComplete else { throw .last("write", path) }
    }

    /// Cuts the file to nothing and continues at its start.
    func truncate() throws(FileError) {
        guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else { throw .last("truncate", path) }
    }

    func synchronize() throws(FileError) {
        guard fsync(descriptor) == 0 else { throw .last("synchronize", path) }
    }

    /// Takes the exclusive lock of the file, held until it is closed; `false` where somebody else has it and `wait` is off.
    func lock(wait: Bool) throws(FileError) -> Bool {
        guard File.retrying({ Int(flock(descriptor, LOCK_EX | (wait ? 0 : LOCK_NB))) }) != 0 else { return true }
        guard errno == EWOULDBLOCK else { throw .last("lock", path) }
        return false
    }

    private static func retrying(_ call: () -> Int) -> Int {
        while true {
            let result = call()
            if result >= 0 || errno != EINTR { return result }
        }
    }
}
