import Foundation

/// A table in `Tests/Fixtures/models`: the fields of each line after the first.
enum Fixture {
    static func rows(_ name: String) -> [[String]] {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/models/\(name)")
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return [] }
        return text.split(separator: "\n").dropFirst().map { line in
            line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
    }

    /// The tensors of each network in a table of those, by key; `norm` stands for the five of a batch norm.
    static func networks(_ name: String) -> [String: [String: [Int]]] {
        var networks: [String: [String: [Int]]] = [:]
        var network = ""
        for row in rows(name) {
            guard row.count == 2 else {
                network = row[0]
                continue
            }
            let numbers = row[1].split(whereSeparator: { $0 == "x" || $0 == " " }).compactMap { Int($0) }
            if row[1].hasPrefix("norm ") {
                for name in ["weight", "bias", "running_mean", "running_var"] {
                    networks[network, default: [:]]["\(row[0]).\(name)"] = numbers
                }
                networks[network, default: [:]]["\(row[0]).num_batches_tracked"] = []
            } else {
                networks[network, default: [:]][row[0]] = numbers
            }
        }
        return networks
    }
}
