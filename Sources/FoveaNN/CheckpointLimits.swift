/// What a weights file may ask for before it is refused.
public struct CheckpointLimits: Sendable, Equatable {
    /// A number that is limited.
    public enum Quantity: Sendable, Equatable {
        case headerBytes, tensors, rank, nameBytes, archiveEntries
        case pickleBytes, pickleOpcodes, pickleMemo, pickleDepth, pickleObjects
    }

    /// The JSON header of a safetensors file.
    public var headerBytes = 16 << 20
    /// Tensors in one file.
    public var tensors = 100_000
    /// Axes of one tensor.
    public var rank = 8
    /// A tensor's name, in UTF-8.
    public var nameBytes = 1024
    /// Files inside a PyTorch zip archive: a storage each, and a handful more.
    public var archiveEntries = 100_100
    /// One pickle stream.
    public var pickleBytes = 64 << 20
    /// Instructions of one pickle stream.
    public var pickleOpcodes = 10_000_000
    /// Values that a pickle remembers for later.
    public var pickleMemo = 1_000_000
    /// Collections that a pickle has open at the same time.
    public var pickleDepth = 512
    /// Strings, collections and what they hold, storages and tensors that a pickle makes; also the height of its stack.
    public var pickleObjects = 4_000_000

    /// Makes the default limits.
    public init() {}

    /// Far above every published network, far below what would hurt the process.
    public static let `default` = CheckpointLimits()

    /// Throws unless `got` is at most `limit`.
    static func check(_ quantity: Quantity, _ got: Int, atMost limit: Int) throws(CheckpointError) {
        guard got <= limit else { throw .overLimit(quantity, got: got, limit: limit) }
    }
}

extension CheckpointLimits.Quantity: CustomStringConvertible {
    public var description: String {
        switch self {
        case .headerBytes: "bytes of safetensors header"
        case .tensors: "tensors"
        case .rank: "axes of a tensor"
        case .nameBytes: "bytes of a tensor's name"
        case .archiveEntries: "archive entries"
        case .pickleBytes: "bytes of pickle"
        case .pickleOpcodes: "pickle instructions"
        case .pickleMemo: "remembered pickle values"
        case .pickleDepth: "nested pickle collections"
        case .pickleObjects: "pickle objects"
        }
    }
}
