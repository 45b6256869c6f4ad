/// Writes the Prometheus text exposition format, version 0.0.4.
struct PrometheusText {
    private(set) var bytes: [UInt8] = []

    enum Kind: String { case counter, gauge, histogram }
    typealias Labels = KeyValuePairs<String, String>

    /// Starts the family `name`; its samples must follow.
    mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        bytes += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n".utf8
    }

    mutating func sample(_ name: String, _ labels: Labels = [:], _ value: Double) {
        let number = value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
        bytes += "\(name)\(Self.text(labels)) \(number)\n".utf8
    }

    mutating func sample(_ name: String, _ labels: Labels = [:], _ value: Int) {
        bytes += "\(name)\(Self.text(labels)) \(value)\n".utf8
    }

    mutating func histogram(_ name: String, _ label: (name: String, value: String)?, _ histogram: Histogram) {
        write(name, label, bounds: Histogram.bounds.map { "\($0)" }, histogram.counts, sum: "\(histogram.sum)")
    }

    mutating func histogram(_ name: String, _ label: (name: String, value: String)?, _ sizes: BatchSizes) {
        write(name, label, bounds: BatchSizes.bounds.map { "\($0)" }, sizes.counts, sum: "\(sizes.images)")
    }

    /// - Parameter counts: not cumulative, one more than there are bounds.
    private mutating func write(
        _ name: String, _ label: (name: String, value: String)?, bounds: [String], _ counts: [Int], sum: String
    ) {
        let fixed = label.map { "\($0.name)=\"\(Self.escaped($0.value))\"," } ?? ""
        var total = 0
        for (count, bound) in zip(counts, bounds + ["+Inf"]) {
            total += count
            bytes += "\(name)_bucket{\(fixed)le=\"\(bound)\"} \(total)\n".utf8
        }
        let labels = label.map { "{\($0.name)=\"\(Self.escaped($0.value))\"}" } ?? ""
        bytes += "\(name)_sum\(labels) \(sum)\n\(name)_count\(labels) \(total)\n".utf8
    }

    private static func text(_ labels: Labels) -> String {
        labels.isEmpty ? "" : "{" + labels.map { "\($0.key)=\"\(escaped($0.value))\"" }.joined(separator: ",") + "}"
    }

    private static func escaped(_ value: String) -> String {
        var out = ""
        for character in value.unicodeScalars {
            switch character {
            case "\\": out += "\\\\"
            case "\"": out += "\\\""
            case "\n": out += "\\n"
            default: out.unicodeScalars.append(character)
            }
        }
        return out
    }
}
