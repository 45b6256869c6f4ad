import FoveaJSON
import Logging
import Testing

@testable import FoveaServer

@Suite struct StandardErrorLogHandlerTests {
    private func line(_ format: Configuration.LogFormat, _ message: String, _ metadata: Logger.Metadata) -> String {
        let handler = StandardErrorLogHandler(label: "fovea", format: format, level: .info)
        let event = LogEvent(
            level: .info, message: "\(message)", metadata: metadata, source: "test", file: "f", function: "f", line: 1)
        return String(decoding: handler.line(for: event, time: "2026-01-02T03:04:05.678Z"), as: UTF8.self)
    }

    @Test("A line of text has the time, the level, the event and the fields by name")
    func text() {
        #expect(
            line(.text, "request", ["status": "200", "reason": "all is well", "id": ""])
                == "2026-01-02T03:04:05.678Z info: request id=\"\" reason=\"all is well\" status=200\n")
    }

    @Test("A line of JSON has the same as members")
    func json() throws {
        let text = line(.json, "request", ["status": "200", "reason": "all \"is\" well"])
        #expect(text.hasSuffix("}\n"))
        #expect(
            try JSONParser.parse(Array(text.utf8), limits: .init(bytes: 1000, depth: 2)) == [
                "time": "2026-01-02T03:04:05.678Z", "level": "info", "event": "request",
                "reason": "all \"is\" well", "status": "200",
            ])
    }

    @Test(
        "Controls never begin another line, nor reach a terminal",
        arguments: ["\n", "\r\n", "\r", "\u{0}", "\u{1B}[2J", "\u{7F}", "\u{85}", "\u{9B}2J", "\u{2028}", "\u{2029}"])
    func controls(text: String) {
        for format in Configuration.LogFormat.allCases {
            let line = line(format, "a\(text)b", ["value": "c\(text)d", "key\(text)": "e"])
            let breaks = line.dropLast().unicodeScalars.filter { scalar in
                scalar.properties.generalCategory == .control
                    || [.lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)
            }
            #expect(Array(breaks) == [], "\(format)")
            #expect(line.utf8.last == UInt8(ascii: "\n"))
        }
    }

    @Test("A value can't pass itself off as another field")
    func fields() {
        #expect(
            line(.text, "m", ["a": "x\" status=\"200", "b": "y=z", "c": "back\\slash"])
                == "2026-01-02T03:04:05.678Z info: m a=\"x\\\" status=\\\"200\" b=\"y=z\" c=\"back\\\\slash\"\n")
    }
}
