/// What is wrong with a safetensors file.
public enum SafetensorsFault: Equatable, Sendable {
    /// The header isn't the JSON that the format prescribes, from this byte of the header on.
    case syntax(offset: Int)
    /// A key of the header, or of one of its entries, comes twice.
    case repeatedKey(String)
    /// An entry lacks one of `dtype`, `shape`, `data_offsets`, or has another key.
    case entry(String)
    /// An element type that is not read here.
    case elementType(String)
    /// A tensor's bytes don't start where the previous tensor's end, or aren't as many as its shape needs.
    case layout(String)
    /// The tensors' bytes end before or after the file does.
    case dataSize(expected: Int, got: Int)
}

extension SafetensorsFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .syntax(let offset): "the header is not valid at byte \(offset)"
        case .repeatedKey(let key): "the header has '\(key)' twice"
        case .entry(let name): "'\(name)' must have exactly dtype, shape and data_offsets"
        case .elementType(let type):
            "element type '\(type)' is not one of " + ElementType.allCases.map(\.rawValue).joined(separator: ", ")
        case .layout(let name): "the bytes of '\(name)' overlap, leave a hole, or don't match its shape"
        case .dataSize(let expected, let got): "the tensors need \(expected) bytes, the file has \(got)"
        }
    }
}
