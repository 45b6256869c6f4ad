/// Why the daemon's settings can't be used.
public enum ConfigurationError: Error, Equatable {
    case invalidValue(source: String, value: String, expected: String)
    case unknownSetting(name: String, file: String, line: Int)
    case malformedLine(file: String, line: Int)
    case unreadableFile(String)
    case unusableFolder(path: String, reason: String)
    case tooFewDescriptors(limit: Int, needed: Int)
}

extension ConfigurationError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .invalidValue(let source, let value, let expected):
            "\(source) is \"\(value)\"; it must be \(expected)"
        case .unknownSetting(let name, let file, let line):
            "\(file), line \(line): there is no setting \"\(name)\"; fovea serve --help lists them all"
        case .malformedLine(let file, let line): "\(file), line \(line): expected name = value"
        case .unreadableFile(let file): "can't read the configuration file \(file)"
        case .tooFewDescriptors(let limit, let needed):
            "the process may open \(limit) files only; allow at least \(needed), for example with ulimit -n 4096"
        case .unusableFolder(let path, let reason):
            "can't write to the folder \(path): \(reason); choose another with --data"
        }
    }
}

extension Configuration {
    /// The settings in force: `flags` over `environment` over the lines of `file` over the defaults.
    ///
    /// - Parameters:
    ///   - flags: values by setting name, as given on the command line.
    ///   - file: the text of the configuration file and its name for messages.
    public init(
        flags: [String: String], environment: [String: String], file: (name: String, text: String)? = nil
    ) throws(ConfigurationError) {
        self.init()
        if let file { try apply(lines: file.text, of: file.name) }
        for setting in Self.settings {
            if let value = environment[setting.environmentName] {
                try setting.set(value, from: setting.environmentName, in: &self)
            }
        }
        for setting in Self.settings {
            if let value = flags[setting.name] { try setting.set(value, from: "--" + setting.name, in: &self) }
        }
    }

    private mutating func apply(lines text: String, of file: String) throws(ConfigurationError) {
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let content = trimmed(withoutComment(line))
            if content.isEmpty { continue }
            guard let equals = content.firstIndex(of: "=") else {
                throw .malformedLine(file: file, line: index + 1)
            }
            let name = trimmed(content[..<equals])
            guard let setting = Self.settings.first(where: { $0.name == name }) else {
                throw .unknownSetting(name: String(name), file: file, line: index + 1)
            }
            let value = String(trimmed(content[content.index(after: equals)...]))
            try setting.set(value, from: "\(file), line \(index + 1): \(setting.name)", in: &self)
        }
    }
}

/// `line` without what follows a `#` at its start or after white space, and without a byte order mark.
private func withoutComment(_ line: Substring) -> Substring {
    let line = line.drop { $0 == "\u{FEFF}" }
    var previous: Character = " "
    let end = line.firstIndex { character in
        defer { previous = character }
        return character == "#" && previous.isWhitespace
    }
    return line[..<(end ?? line.endIndex)]
}

/// `text` without the white space around it.
private func trimmed(_ text: Substring) -> Substring {
    let tail = text.drop(while: \.isWhitespace)
    guard let last = tail.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return tail[...last]
}
