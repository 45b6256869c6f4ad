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
                    ("event", .string(Self.printable("\(event.message)", isEscapedLater: true))),
                ]
                + fields.map {
                    (
                        Self.printable($0.key, isEscapedLater: true),
                        .string(Self.printable("\($0.value)", isEscapedLater: true))
                    )
                }
            line = JSONValue.members(members).bytes
        case .text:
            let tail = fields.map { " \(Self.printable($0.key))=\(Self.quoted("\($0.value)"))" }.joined()
            line = Array("\(time) \(event.level): \(Self.printable("\(event.message)"))\(tail)".utf8)
        }
        line.append(UInt8(ascii: "\n"))
        return line
    }

    /// `text` with a question mark for each control, line separator and paragraph separator.
    ///
    /// - Parameter isEscapedLater: leaves the ASCII controls to JSON's own escapes.
    private static func printable(_ text: String, isEscapedLater: Bool = false) -> String {
        var printable = ""
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control where isEscapedLater && scalar.isASCII: printable.unicodeScalars.append(scalar)
            case .control, .lineSeparator, .paragraphSeparator: printable += "?"
            default: printable.unicodeScalars.append(scalar)
            }
        }
        return printable
    }

    /// `value` in printable characters, in quotation marks if it could be taken for more or less than one value.
    private static func quoted(_ value: String) -> String {
        let value = printable(value)
        let needsQuotes = value.isEmpty || value.utf8.contains { " \"=\\".utf8.contains($0) }
        guard needsQuotes else { return value }
        var quoted = "\""
        for scalar in value.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { quoted += "\\" }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
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
