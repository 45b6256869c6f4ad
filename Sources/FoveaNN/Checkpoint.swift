public import FoveaTensor

/// The named tensors of one weights file, whatever its format.
public struct Checkpoint: Sendable {
    /// What a checkpoint says of one of its tensors.
    public struct Entry: Sendable, Equatable {
        public let name: String
        /// The length of each axis, outermost first, in the file's own order; `[]` is a scalar.
        public let shape: [Int]
        /// The element type as safetensors spells it: `F32`, `F16`, `BF16`, `I64`, …
        public let type: String

        /// Makes the description of one tensor.
        public init(name: String, shape: [Int], type: String) {
            (self.name, self.shape, self.type) = (name, shape, type)
        }
    }

    /// Every tensor, in the file's order.
    public let entries: [Entry]
    private let read: @Sendable (String) throws(CheckpointError) -> Tensor

    /// Makes a checkpoint of `entries` whose elements `read` delivers, as float32, row-major, by name.
    public init(entries: [Entry], read: @escaping @Sendable (String) throws(CheckpointError) -> Tensor) {
        self.entries = entries
        self.read = read
    }

    /// The tensor `name` as contiguous float32.
    ///
    /// Throws `CheckpointError.missing` for an unknown name, and `truncated` or `unreadable` when the file behind the
    /// checkpoint was cut or can't be read any more.
    public func tensor(named name: String) throws(CheckpointError) -> Tensor { try read(name) }
}
