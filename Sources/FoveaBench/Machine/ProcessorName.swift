import FoundationEssentials

/// The name that the processor gives itself.
enum ProcessorName {
    static func read() -> String {
        let text = FileManager.default.contents(atPath: "/proc/cpuinfo").map { String(decoding: $0, as: UTF8.self) }
        return name(in: text ?? "") ?? "unknown processor"
    }

    /// The first `model name` of `/proc/cpuinfo`, which arm64 doesn't have.
    static func name(in text: String) -> String? {
        let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
        return line?.split(separator: ": ", maxSplits: 1).dropFirst().first.map(String.init)
    }
}
