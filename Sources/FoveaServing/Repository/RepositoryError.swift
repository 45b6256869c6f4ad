import FoveaJSON
public import FoveaModels

/// Why a model in the repository can't be used, or why the repository can't be changed as asked.
public enum RepositoryError: Error, Equatable {
    case invalidName(String)
    case file(FileError)
    /// The folder of a model has neither a card nor numbered versions.
    case noCard(directory: String)
    /// The folder of a model has a card and numbered versions: it isn't clear which is meant.
    case mixedVersions(directory: String)
    case card(CardError)
    /// Something is wrong with `versions.json`.
    case policy(CardError)
    case unknownArchitecture(String, known: [String])
    case wrongTask(ModelTask, architecture: String, does: ModelTask)
    /// `field` of the card names a file that isn't there.
    case missingFile(String, field: String)
    /// `field` of the card names a link that leads out of the model's folder, or no regular file.
    case outsideFile(String, field: String)
    case wrongDigest(file: String, expected: String, got: String)
    case labels(LabelsError)
    case noModel(String, directory: String)
    case noVersion(Int, model: String, known: [Int])
    case exists(String)
    /// The model's folder is version 1 itself, so there's no place for another version beside it.
    case unnumbered(String)
    /// A checkpoint has the keys of none of the known architectures, or of several.
    case undecidedArchitecture(file: String, fitting: [String])
    /// The checkpoint can't be read, or the network can't be made of it; `reason` is the underlying error's own text.
    case unusable(file: String, reason: String)
}

extension RepositoryError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .invalidName(let name):
            "'\(name.printable)' can't be a model's name: expected 1 to 64 letters, digits, '.', '_' and '-', "
                + "a letter or digit first, no '..'"
        case .file(let error): error.description
        case .noCard(let directory): "\(directory.printable) has no model.json; write one, or remove the folder"
        case .mixedVersions(let directory):
            "\(directory.printable) has a model.json and numbered versions; move the model.json and its files into "
                + "a numbered folder"
        case .card(let error): "model.json: \(error)"
        case .policy(let error): "versions.json: \(error)"
        case .unknownArchitecture(let name, let known):
            "model.json: there is no architecture '\(name.printable)'; known are \(known.joined(separator: ", "))"
        case .wrongTask(let task, let architecture, let does):
            "model.json: the task is \(task.rawValue), but \(architecture.printable) can only \(does.rawValue)"
        case .missingFile(let file, let field):
            "model.json: '\(field)' names \(file.printable), which isn't in the model's folder"
        case .outsideFile(let file, let field):
            "model.json: '\(field)' names \(file.printable), which is no regular file inside the model's folder"
        case .wrongDigest(let file, let expected, let got):
            "\(file.printable) has sha256 \(got), expected \(expected); fetch it again or correct the card"
        case .labels(let error): error.description
        case .noModel(let name, let directory):
            "there is no model '\(name.printable)' in \(directory.printable); see fovea models list"
        case .noVersion(let version, let model, let known):
            "\(model) has no version \(version); it has \(known.isEmpty ? "none" : known.map(String.init).joined(separator: ", "))"
        case .exists(let name): "\(name) is already there; remove it first, or choose another name or --version"
        case .unnumbered(let name):
            "\(name) has no numbered versions; move its files into \(name)/1 before adding another version"
        case .undecidedArchitecture(let file, let fitting) where fitting.isEmpty:
            "\(file.printable) has the keys and shapes of no known architecture; see fovea inspect"
        case .undecidedArchitecture(let file, let fitting):
            "\(file.printable) fits several architectures; say which with --architecture: "
                + fitting.joined(separator: ", ")
        case .unusable(let file, let reason): "\(file.printable) can't be used: \(reason)"
        }
    }
}
