public import FoveaTensor

/// Why a model can't be measured as asked.
public enum BenchError: Error, Equatable {
    /// There is no file or folder of that path.
    case noSuchFile(String)
    case unknownArchitecture(String, known: [String])
    /// `--architecture` was given for a model that has a card.
    case architectureOfCard(String)
    /// The architecture sees one image at a time.
    case oneImageOnly(String)
    /// The architecture takes no prompts.
    case noDecoder(String)
    case unreadableInput(String)
    /// The file doesn't hold float32s of this shape.
    case wrongInputSize(String, shape: Shape, expected: Int, got: Int)
    case unwritable(String)
    /// A line of standard input is no number of rounds.
    case wrongRounds(String)
}

extension BenchError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noSuchFile(let path): "there is no file or folder \(path)"
        case .unknownArchitecture(let name, let known):
            "there is no architecture '\(name)'; known are \(known.joined(separator: ", "))"
        case .architectureOfCard(let model):
            "\(model) has a card that says its architecture; --architecture is for checkpoint files"
        case .oneImageOnly(let architecture): "\(architecture) sees one image at a time; leave --batch out"
        case .noDecoder(let architecture):
            "\(architecture) takes no prompts and so has no decoder of masks; leave --decoder out"
        case .unreadableInput(let path): "\(path): can't read this file"
        case .wrongInputSize(let path, let shape, let expected, let got):
            "\(path) has \(got) bytes; the input \(shape) in float32 takes \(expected)"
        case .unwritable(let path): "\(path): can't write this file"
        case .wrongRounds(let line): "'\(line)' is no number of rounds; expected a line with a number from 1 to 1000000"
        }
    }
}
