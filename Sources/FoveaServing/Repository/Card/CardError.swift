public import FoveaJSON

/// What is wrong with a model card. Fields are named by their path: `input.resize.filter`.
public enum CardError: Error, Equatable {
    case json(JSONError)
    /// The whole text is something else than an object.
    case notObject(got: String)
    case unknownField(String, known: [String])
    case missing(field: String, expected: String)
    case invalid(field: String, got: String, expected: String)
}

extension CardError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .json(let error): error.description
        case .notObject(let got): "\(got) stands where an object with task, architecture and weights should"
        case .unknownField(let field, let known):
            "there is no field '\(field.printable)'; known are \(known.joined(separator: ", "))"
        case .missing(let field, let expected): "'\(field)' is missing; expected \(expected)"
        case .invalid(let field, let got, let expected): "'\(field)' is \(got), expected \(expected)"
        }
    }
}
