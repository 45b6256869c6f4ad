import FoveaJSON

/// What is wrong with a list of class names.
public enum LabelsError: Error, Equatable {
    case file(FileError)
    case tooLarge(file: String, limit: Int)
    case notUTF8(file: String)
    /// Lines count from 1.
    case emptyLine(Int, file: String)
    case count(Int, file: String, classes: Int, hasBackground: Bool = false)
}

extension LabelsError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .file(let error): error.description
        case .tooLarge(let file, let limit):
            "\(file.printable) has more than \(limit) bytes; expected one class name a line"
        case .notUTF8(let file): "\(file.printable) is not UTF-8 text; expected one class name a line"
        case .emptyLine(let line, let file): "\(file.printable): line \(line) is empty; expected a class name"
        case .count(let count, let file, let classes, let hasBackground):
            "\(file.printable) has \(count) lines, but the model has \(classes) classes"
                // The mistake that is easily made.
                + (hasBackground && abs(count - classes) == 1 ? "; the background is no class" : "")
        }
    }
}
