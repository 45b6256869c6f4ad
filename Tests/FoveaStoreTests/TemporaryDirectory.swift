import Foundation
import GRDB
import Logging
import Synchronization

@testable import FoveaStore

/// A directory of a test's own, gone when the test ends.
final class TemporaryDirectory: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("fovea-store-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    func path(_ name: String) -> String {
        url.appendingPathComponent(name).path
    }

    /// Copies a database with its log, as a killed process leaves it.
    func copyDatabase(_ name: String, to copy: String) throws {
        for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: path(name) + suffix) {
            try FileManager.default.copyItem(atPath: path(name) + suffix, toPath: path(copy) + suffix)
        }
    }

    func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
    }

    func write(_ bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
    }

    func names(containing part: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: url.path).filter { $0.contains(part) }.sorted()
    }

    /// Another connection to a database, as another process would open it.
    func connect(_ name: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        return try DatabaseQueue(path: path(name), configuration: configuration)
    }
}

/// A clock that a test sets.
final class TestClock: Sendable {
    private let seconds = Mutex((unix: 1_700_000_000.0, monotonic: 0.0))

    var clock: StoreClock {
        StoreClock(
            unix: { self.seconds.withLock(\.unix) }, monotonic: { self.seconds.withLock(\.monotonic) })
    }

    /// Lets time pass; the wall clock may go elsewhere.
    func advance(_ monotonic: Double, unix: Double? = nil) {
        seconds.withLock {
            $0.monotonic += monotonic
            $0.unix += unix ?? monotonic
        }
    }
}

/// Keeps what is logged at a level from notice on.
struct LogRecorder: LogHandler {
    final class Lines: Sendable {
        let all = Mutex<[String]>([])
        var count: Int { all.withLock(\.count) }
    }

    let lines = Lines()
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.notice

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        lines.all.withLock { $0.append("\(event.message)") }
    }

    var logger: Logger { Logger(label: "test") { _ in self } }
}

extension Logger {
    /// Says nothing.
    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}
