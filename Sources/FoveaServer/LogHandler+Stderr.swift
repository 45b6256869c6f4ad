import FoveaJSON
import Glibc
public import Logging

/// Writes events to standard error, one line each: text for people or JSON for programs.
public struct StandardErrorLogHandler: LogHandler {
    public var logLevel: Logger.Level
    public var metadata: Logger.Metadata = [:]
    private let format: Configuration.LogFormat
    private let label: String

    public init(label: String, format: Configuration.LogFormat, level: Logger.Level) {
        (self.label, self.format, logLevel) = (label, format, level)
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        let line = line(for: event, time: Self.timestamp())
        // One write, so that lines of several threads don't mix; a closed or full standard error loses the line only.
        _ = write(STDERR_FILENO, line, line.count)
    }

    /// The event as it is written, with its line feed.
    func line(for event: LogEvent, time: String) -> [UInt8] {
        let fields = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        var line: [UInt8]
        switch format {
        case .json:
            let members: [(String, JSONValue)] =
                [
                    ("time", .string(time)), ("level", .string("\(event.level)")),
                    ("event", .string("\(event.message)")),
                ]
                + fields.map { ($0.key, .string("\($0.value)")) }
            line = JSONValue.members(members).bytes
        case .text:
            let tail = fields.map { " \($0.key)=\(Self.escaped("\($0.value)"))" }.joined()
            line = Array(
                "\(time) \(event.level): \(Self.escaped("\(event.message)", quoting: false))\(tail)".utf8)
        }
        line.append(UInt8(ascii: "\n"))
        return line
    }

    /// `value` on one line, without controls, quoted if it holds a space.
    private static func escaped(_ value: String, quoting: Bool = true) -> String {
        let clean = String(
            value.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "?" : Character($0) })
        return quoting && clean.contains(" ") ? "\"\(clean)\"" : clean
    }

    /// RFC 3339, UTC, with milliseconds.
    private static func timestamp() -> String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        var parts = tm()
        gmtime_r(&now.tv_sec, &parts)
        func digits(_ value: Int, _ count: Int) -> String {
            let text = "\(value)"
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        let date =
            "\(digits(Int(parts.tm_year) + 1900, 4))-\(digits(Int(parts.tm_mon) + 1, 2))-\(digits(Int(parts.tm_mday), 2))"
        let time = "\(digits(Int(parts.tm_hour), 2)):\(digits(Int(parts.tm_min), 2)):\(digits(Int(parts.tm_sec), 2))"
        return "\(date)T\(time).\(digits(now.tv_nsec / 1_000_000, 3))Z"
    }
}
