import FoveaServing
import Glibc
import Logging
import Synchronization

/// The access keys of one file, read again when it changes.
///
/// Content that can't be used changes nothing: the keys that were read last stay in force.
final class KeyFile: Sendable {
    private struct State {
        var keys: AccessKeys
        /// Of the content that was looked at last, good or bad; nil while there is no file.
        var stamp: FileStamp?
    }

    private let path: String
    private let logger: Logger
    private let state: Mutex<State>

    /// Reads the keys for the first time.
    init(path: String, logger: Logger) throws(AccessKeyError) {
        (self.path, self.logger) = (path, logger)
        let (keys, stamp) = try Self.read(path)
        state = Mutex(State(keys: keys, stamp: stamp))
        report(keys, stamp)
    }

    /// Whether `key` is in the file; see `AccessKeys.contains`.
    func contains(_ key: String) -> Bool { state.withLock(\.keys).contains(key) }

    /// Reads the file if it is another one, or was changed, since it was read.
    func reloadIfChanged() {
        let found = FileStamp(path: path)
        guard found != state.withLock(\.stamp) else { return }
        do {
            let (keys, stamp) = try Self.read(path)
            state.withLock { $0 = State(keys: keys, stamp: stamp) }
            report(keys, stamp)
        } catch {
            state.withLock { $0.stamp = found }
            logger.error("access keys not read: the former ones stay in force", metadata: ["reason": "\(error)"])
        }
    }

    private func report(_ keys: AccessKeys, _ stamp: FileStamp) {
        logger.info("access keys read", metadata: ["file": "\(path)", "keys": "\(keys.count)"])
        if keys.count == 0 {
            logger.warning("the key file has no keys: nobody gets in with one of it", metadata: ["file": "\(path)"])
        }
        if stamp.isReadableByOthers {
            logger.warning("others may read the key file: chmod 600 it", metadata: ["file": "\(path)"])
        }
    }

    private static func read(_ path: String) throws(AccessKeyError) -> (AccessKeys, FileStamp) {
        // Without waiting, should it be a pipe.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .unreadable(file: path, reason: String(cString: strerror(errno))) }
        defer { close(descriptor) }
        // Taken before the content, so that what is written meanwhile is seen as a change.
        guard let stamp = FileStamp(descriptor: descriptor), stamp.isRegularFile else { throw .notAFile(path) }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while text.count <= AccessKeys.maxFileBytes {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .unreadable(file: path, reason: String(cString: strerror(errno))) }
            if count == 0 { break }
            text += buffer[..<count]
        }
        return (try AccessKeys(text, file: path), stamp)
    }
}
