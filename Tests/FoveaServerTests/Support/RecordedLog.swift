import Logging
import Synchronization

/// A log that a test can read.
final class RecordedLog: Sendable {
    private let events = Mutex<[String]>([])

    var logger: Logger {
        var logger = Logger(label: "test") { _ in Handler(log: self) }
        logger.logLevel = .trace
        return logger
    }

    /// Each event so far as `level: message key=value …`, and forgets them.
    func take() -> [String] {
        events.withLock { events in
            defer { events = [] }
            return events
        }
    }

    private struct Handler: LogHandler {
        let log: RecordedLog
        var logLevel = Logger.Level.trace
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let fields = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
            log.events.withLock { $0.append("\(event.level): \(event.message)\(fields)") }
        }
    }
}
