/// One setting of the daemon: its name, what it means, and how text becomes its value.
///
/// The same name serves as the flag `--queue-capacity`, the environment variable `FOVEA_QUEUE_CAPACITY` and the line
/// `queue-capacity = 100` of a configuration file.
public struct Setting: Sendable {
    public let name: String
    public let help: String
    private let parse: @Sendable (String, inout Configuration) -> Bool
    private let show: @Sendable (Configuration) -> String
    /// What a value looks like, for error messages.
    private let form: String

    /// What stands for the value in `--help`.
    public let valueName: String

    /// The environment variable's name.
    public var environmentName: String {
        "FOVEA_" + String(name.map { $0 == "-" ? "_" : Character($0.uppercased()) })
    }

    /// The value in `configuration`, as text.
    public func value(in configuration: Configuration) -> String { show(configuration) }

    /// Sets the value from `text`, which came from `source` (a flag, a variable, a line).
    func set(_ text: String, from source: String, in configuration: inout Configuration) throws(ConfigurationError) {
        guard parse(text, &configuration) else {
            throw .invalidValue(source: source, value: text, expected: form)
        }
    }

    static func text(
        _ name: String, _ path: any WritableKeyPath<Configuration, String> & Sendable, _ help: String
    ) -> Setting {
        Setting(
            name: name, help: help,
            parse: { text, configuration in
                configuration[keyPath: path] = text
                return true
            },
            show: { $0[keyPath: path] }, form: "text", valueName: "text")
    }

    static func integer(
        _ name: String, _ path: any WritableKeyPath<Configuration, Int> & Sendable, _ range: ClosedRange<Int>,
        _ help: String
    ) -> Setting {
        Setting(
            name: name, help: help,
            parse: { text, configuration in
                guard let value = Int(text), range.contains(value) else { return false }
                configuration[keyPath: path] = value
                return true
            },
            show: { "\($0[keyPath: path])" },
            form: "a whole number from \(range.lowerBound) to \(range.upperBound)", valueName: "n")
    }

    /// Seconds, with decimals.
    static func seconds(
        _ name: String, _ path: any WritableKeyPath<Configuration, Double> & Sendable, _ range: ClosedRange<Double>,
        _ help: String
    ) -> Setting {
        Setting(
            name: name, help: help,
            parse: { text, configuration in
                guard let value = Double(text), range.contains(value) else { return false }
                configuration[keyPath: path] = value
                return true
            },
            show: { "\($0[keyPath: path])" },
            form: "seconds from \(range.lowerBound) to \(range.upperBound)", valueName: "seconds")
    }

    static func choice<Value: RawRepresentable<String> & CaseIterable & Sendable>(
        _ name: String, _ path: any WritableKeyPath<Configuration, Value> & Sendable, _ help: String
    ) -> Setting {
        Setting(
            name: name, help: help,
            parse: { text, configuration in
                guard let value = Value(rawValue: text) else { return false }
                configuration[keyPath: path] = value
                return true
            },
            show: { $0[keyPath: path].rawValue },
            form: Value.allCases.map(\.rawValue).joined(separator: " or "),
            valueName: Value.allCases.map(\.rawValue).joined(separator: "|"))
    }
}
