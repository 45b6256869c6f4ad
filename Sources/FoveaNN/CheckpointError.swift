import Glibc

/// Why a weights file can't be read, or doesn't fit the network that is made from it.
public enum CheckpointError: Error, Equatable {
    /// The system refused: `code` is `errno`.
    case unreadable(code: Int32)
    /// A directory, pipe or device.
    case notRegularFile
    /// The file ends before what it announces, or became shorter while it was read.
    case truncated
    /// The first bytes are those of no container that is read here.
    case unknownFormat
    /// The file asks for more than `limit`.
    case overLimit(CheckpointLimits.Quantity, got: Int, limit: Int)
    /// An axis is negative, or the element count overflows or exceeds what the file could hold.
    case impossibleShape([Int])
    /// Two tensors have one name.
    case duplicate(key: String)
    /// The safetensors header is wrong, or doesn't fit the file.
    case safetensors(SafetensorsFault)
    /// The zip archive of a PyTorch file is wrong.
    case archive(ArchiveFault)
    /// The pickle of a PyTorch file is wrong, doesn't fit the storages, or holds more than weights.
    case pickle(PickleFault)

    /// The tensor has elements that are infinite or not numbers.
    case notFinite(key: String)

    /// The network needs a tensor that the checkpoint hasn't got.
    case missing(key: String)
    /// The tensor has another shape than the network needs.
    case shape(key: String, expected: [Int], got: [Int])
    /// The tensor can't be read as the card says, or as is usual where it says nothing; `hint` is what would be right.
    case unlikeCard(key: String, hint: String)
    /// The network took the same tensor twice.
    case alreadyTaken(key: String)
    /// The checkpoint has `count` tensors that the network doesn't know; `keys` are the first of them.
    case leftOver(keys: [String], count: Int)
}

extension CheckpointError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unreadable(let code): "the weights file can't be read: \(String(cString: strerror(code)))"
        case .notRegularFile: "the weights are not a regular file"
        case .truncated: "the weights file is shorter than it says; fetch or copy it again"
        case .unknownFormat: "not a weights file: expected safetensors, or what torch.save writes"
        case .overLimit(let quantity, let got, let limit):
            "the weights file has \(got) \(quantity), at most \(limit) are accepted"
        case .impossibleShape(let shape): "a tensor of shape \(shape) can't be in this file"
        case .duplicate(let key): "the weights file has two tensors called '\(key)'"
        case .safetensors(let fault): "malformed safetensors file: \(fault)"
        case .archive(let fault): "malformed PyTorch archive: \(fault)"
        case .pickle(let fault): "unacceptable PyTorch file: \(fault)"
        case .notFinite(let key):
            "the tensor '\(key)' has elements that are infinite or not numbers; the training went wrong"
        case .missing(let key): "the weights have no tensor '\(key)'"
        case .shape(let key, let expected, let got): "the tensor '\(key)' has shape \(got), expected \(expected)"
        case .unlikeCard(let key, let hint): "the tensor '\(key)' doesn't fit what the card says: \(hint)"
        case .alreadyTaken(let key): "the tensor '\(key)' was taken twice"
        case .leftOver(let keys, let count):
            "the weights have \(count) tensor\(count == 1 ? "" : "s") that this architecture doesn't: "
                + keys.map { "'\($0)'" }.joined(separator: ", ") + (count > keys.count ? ", …" : "")
        }
    }
}
