/// A strict reader of the Prometheus text format, version 0.0.4, as this program writes it.
struct Exposition {
    struct Sample {
        let name: String
        let labels: [String: String]
        let value: Double
    }

    struct Family {
        let name: String
        let kind: String
        var samples: [Sample] = []
    }

    /// What is wrong, with the line it is in.
    struct Failure: Error {
        let reason: String
        let line: String
    }

    private(set) var families: [String: Family] = [:]
    private var current: String?

    init(_ text: String) throws {
        guard text.hasSuffix("\n") else { throw Failure(reason: "the last line does not end", line: "") }
        var help: String?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            let words = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
            func require(_ condition: Bool, _ reason: String) throws {
                guard condition else { throw Failure(reason: reason, line: String(line)) }
            }
            if line.hasPrefix("# HELP ") {
                try require(words.count == 4 && help == nil && families[words[2]] == nil, "HELP out of place")
                help = words[2]
            } else if line.hasPrefix("# TYPE ") {
                try require(words.count == 4 && help == words[2], "TYPE does not follow its HELP")
                try require(["counter", "gauge", "histogram"].contains(words[3]), "no such type")
                families[words[2]] = Family(name: words[2], kind: words[3])
                (current, help) = (words[2], nil)
            } else {
                try require(help == nil, "a sample before TYPE")
                let sample = try Self.sample(line)
                guard let current, let family = families[current] else {
                    throw Failure(reason: "a sample before any family", line: String(line))
                }
                let suffixes = family.kind == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
                try require(suffixes.contains { sample.name == current + $0 }, "a sample of another family")
                try require(
                    !family.samples.contains { $0.name == sample.name && $0.labels == sample.labels }, "given twice")
                families[current]?.samples.append(sample)
            }
        }
        for family in families.values where family.kind == "histogram" { try Self.check(family) }
        for family in families.values where family.kind == "counter" {
            // Triton's names are older than the rule.
            guard family.name.hasSuffix("_total") || family.name.hasPrefix("nv_"),
                family.samples.allSatisfy({ $0.value >= 0 })
            else {
                throw Failure(reason: "a counter without _total, or below zero", line: family.name)
            }
        }
    }

    /// The values of `name` by their labels, written `a=1,b=2`.
    func values(_ name: String) -> [String: Double] {
        let family = families.values.first { $0.samples.contains { $0.name == name } }
        let samples = (family?.samples ?? []).filter { $0.name == name }
        let keyed = samples.map { sample in
            (
                sample.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ","),
                sample.value
            )
        }
        return Dictionary(uniqueKeysWithValues: keyed)
    }

    var labelValues: Set<String> { Set(families.values.flatMap(\.samples).flatMap(\.labels.values)) }

    /// `name{label="value",…} number`.
    private static func sample(_ line: Substring) throws -> Sample {
        func fail(_ reason: String) -> Failure { Failure(reason: reason, line: String(line)) }
        let name = line.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        guard let first = name.first, !first.isNumber else { throw fail("no name") }
        var rest = line.dropFirst(name.count)
        var labels: [String: String] = [:]
        if rest.first == "{" {
            repeat {
                rest = rest.dropFirst()
                let key = rest.prefix { $0 != "=" }
                rest = rest.dropFirst(key.count)
                guard !key.isEmpty, rest.hasPrefix("=\"") else { throw fail("a label without a value") }
                rest = rest.dropFirst(2)
                var value = ""
                while let character = rest.popFirst(), character != "\"" {
                    guard character == "\\" else {
                        value.append(character)
                        continue
                    }
                    switch rest.popFirst() {
                    case "n": value.append("\n")
                    case "\\": value.append("\\")
                    case "\"": value.append("\"")
                    default: throw fail("an unknown escape")
                    }
                }
                guard labels.updateValue(value, forKey: String(key)) == nil else { throw fail("a label given twice") }
            } while rest.first == ","
            guard rest.popFirst() == "}" else { throw fail("the labels do not end") }
        }
        guard rest.popFirst() == " ", let value = Double(rest), !value.isNaN else { throw fail("no number") }
        return Sample(name: String(name), labels: labels, value: value)
    }

    /// Buckets of each series rise with their bounds up to `+Inf`, which is the count.
    private static func check(_ family: Family) throws {
        var series: [[String: String]: (last: Double, bound: Double, count: Double?, hasSum: Bool)] = [:]
        for sample in family.samples {
            var labels = sample.labels
            let bound = labels.removeValue(forKey: "le")
            var state = series[labels] ?? (0, -.infinity, nil, false)
            func require(_ condition: Bool, _ reason: String) throws {
                guard condition else { throw Failure(reason: reason, line: "\(sample)") }
            }
            switch sample.name.dropFirst(family.name.count) {
            case "_bucket":
                let value = bound == "+Inf" ? .infinity : bound.flatMap(Double.init) ?? .nan
                try require(value > state.bound && sample.value >= state.last, "buckets do not rise")
                (state.bound, state.last) = (value, sample.value)
            case "_sum": state.hasSum = true
            default: state.count = sample.value
            }
            series[labels] = state
        }
        for (labels, state) in series {
            guard state.bound == .infinity, state.last == state.count, state.hasSum else {
                throw Failure(reason: "count, sum and the bucket +Inf do not agree", line: "\(family.name) \(labels)")
            }
        }
    }
}
