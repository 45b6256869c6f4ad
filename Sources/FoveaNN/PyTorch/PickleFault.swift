/// Why a pickle is refused.
public enum PickleFault: Equatable, Sendable {
    /// An instruction that torch.save doesn't write.
    case opcode(UInt8, offset: Int)
    /// A pickle protocol other than 2.
    case version(UInt8)
    /// A function or class that a weights file doesn't need.
    case forbidden(global: String)
    /// An instruction whose operands are missing or of the wrong kind.
    case operands(PickleOpcode, offset: Int)
    /// An integer that needs more than eight bytes.
    case longInteger(bytes: Int)
    /// There is something behind the end of the pickle, or of the file.
    case trailingBytes
    /// The legacy container's leading pickles don't say version 1001 and little endian.
    case legacyHeader
    /// The object isn't a dictionary of tensors, nor a dictionary that holds one under `state_dict` or `model`.
    case noStateDict
    /// A key of the state dict isn't a string of UTF-8, or longer than a name may be.
    case key
    /// A tensor of these sizes and strides isn't one, or reaches outside of its storage.
    case view(shape: [Int], strides: [Int])
    /// The pickle gives a storage another size than the file.
    case storageSize(key: String, expected: Int, got: Int)
    /// A tensor needs a storage that isn't in the file, or the file has one twice.
    case storage(key: String)
}

extension PickleFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .opcode(let code, let offset):
            "instruction 0x\(String(code, radix: 16)) at byte \(offset) is not allowed in a weights file"
        case .version(let version): "pickle protocol \(version), expected 2"
        case .forbidden(let global):
            "\(global) is not allowed in a weights file: only tensors are; save the model's state_dict()"
        case .operands(let opcode, let offset): "\(opcode) at byte \(offset) has no operands it could work on"
        case .longInteger(let bytes): "an integer of \(bytes) bytes, at most 8 are accepted"
        case .trailingBytes: "there are bytes behind its end"
        case .legacyHeader: "its header doesn't say version 1001, little endian"
        case .noStateDict: "it holds no tensors by name; save the model's state_dict()"
        case .key: "a tensor's name is not text, or too long"
        case .view(let shape, let strides):
            "a tensor of shape \(shape) and strides \(strides) reaches outside of its storage"
        case .storageSize(let key, let expected, let got):
            "storage '\(key)' should have \(expected) bytes and has \(got)"
        case .storage(let key): "storage '\(key)' is not there exactly once"
        }
    }
}
