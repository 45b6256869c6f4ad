public import FoveaJSON

/// What is wrong with a catalogue, or with what was asked of it.
public enum CatalogueError: Error, Equatable {
    case json(JSONError)
    case content(CardError)
    case unknownModel(String)
}

extension CatalogueError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .json(let error): "the catalogue can't be read: \(error)"
        case .content(let error): "the catalogue is wrong: \(error)"
        case .unknownModel(let name):
            "the catalogue has no model '\(name.printable)'; fovea models list --available shows what it has"
        }
    }
}
