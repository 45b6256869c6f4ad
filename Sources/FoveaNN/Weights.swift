public import FoveaTensor
import Synchronization

/// The tensors of one checkpoint, seen from a dotted prefix.
///
/// A layer takes its tensors out when it is made, so a network can't exist half loaded; `finish()` then says whether
/// anything was left over. Cursors of the same checkpoint share the record of what was taken.
public struct Weights: Sendable {
    /// What layers made from these weights compute their products in.
    public let precision: Precision
    private let inventory: Inventory
    private let path: String

    /// Makes a cursor at the root of `checkpoint`.
    public init(_ checkpoint: Checkpoint, precision: Precision = .float32) {
        self.init(Inventory(checkpoint), path: "", precision)
    }

    private init(_ inventory: Inventory, path: String, _ precision: Precision) {
        (self.inventory, self.path, self.precision) = (inventory, path, precision)
    }

    /// Accesses the weights below `name`: `weights["features"][0]` reads `features.0.*`.
    public subscript(name: some CustomStringConvertible) -> Weights { at(name.description) }

    /// The weights below a dotted path, `blocks.3` or `blocks.3.`; the empty path is where the cursor is.
    public func at(_ path: String) -> Weights {
        let isOpen = path.isEmpty || path.hasSuffix(".")
        return Weights(inventory, path: self.path + path + (isOpen ? "" : "."), precision)
    }

    /// Takes the tensor `name`, which must have exactly `shape`, as row-major float32.
    ///
    /// Throws `missing`, `shape`, `alreadyTaken` or `notFinite` with the full key, or what reading the file throws.
    public func take(_ name: String, shape: [Int]) throws(CheckpointError) -> Tensor {
        let key = path + name
        guard let got = inventory.shapes[key] else { throw .missing(key: key) }
        guard got == shape else { throw .shape(key: key, expected: shape, got: got) }
        guard inventory.take(key) else { throw .alreadyTaken(key: key) }
        let tensor = try inventory.checkpoint.tensor(named: key)
        guard tensor.isFinite else { throw .notFinite(key: key) }
        return tensor
    }

    /// The length of the first axis of the tensor `name`, where only the checkpoint knows it: at least 1.
    public func length(ofFirstAxisOf name: String) throws(CheckpointError) -> Int {
        guard let shape = inventory.shapes[path + name] else { throw .missing(key: path + name) }
        guard let length = shape.first, length > 0 else {
            throw .shape(key: path + name, expected: [1000] + shape.dropFirst(), got: shape)
        }
        return length
    }

    /// The length of the last axis of the tensor `name`, where only the checkpoint knows it: at least 1, and a divisor of
    /// `whole`.
    public func length(ofLastAxisOf name: String, dividing whole: Int) throws(CheckpointError) -> Int {
        guard let shape = inventory.shapes[path + name] else { throw .missing(key: path + name) }
        guard let length = shape.last, length > 0, whole.isMultiple(of: length) else {
            throw .shape(key: path + name, expected: shape.dropLast() + [whole], got: shape)
        }
        return length
    }

    /// As `take`, but nil if there is no tensor `name`.
    public func takeIfPresent(_ name: String, shape: [Int]) throws(CheckpointError) -> Tensor? {
        guard inventory.shapes[path + name] != nil else { return nil }
        return try take(name, shape: shape)
    }

    /// Whether there is a tensor `name`, or any below it: `contains("downsample")` holds for `downsample.0.weight`.
    public func contains(_ name: String) -> Bool { !inventory.keys(at: path + name).isEmpty }

    /// Marks the tensor `name` and all below it as known but not needed; nothing happens if there are none.
    public func ignore(_ name: String) {
        for key in inventory.keys(at: path + name) { _ = inventory.take(key) }
    }

    /// Throws `leftOver` if a tensor below the cursor was neither taken nor ignored.
    public func finish() throws(CheckpointError) {
        let left = inventory.left(below: path)
        guard left.isEmpty else { throw .leftOver(keys: Array(left.prefix(5)), count: left.count) }
    }
}

extension Tensor {
    /// Whether no element is infinite or not a number: what a network makes of one may look like an answer.
    fileprivate var isFinite: Bool {
        // A tensor that is one element repeated has no memory for more.
        guard isContiguous else { return true }
        let exponent: UInt32 = 0x7F80_0000
        // Counted rather than looked for, so that several elements are tested at a time.
        return withElements { elements in
            elements.reduce(into: 0) { $0 &+= $1.bitPattern & exponent == exponent ? 1 : 0 } == 0
        }
    }
}

/// The keys of a checkpoint, and which of them were taken.
private final class Inventory: Sendable {
    let checkpoint: Checkpoint
    let shapes: [String: [Int]]
    private let sortedKeys: [String]
    private let taken = Mutex<Set<String>>([])

    init(_ checkpoint: Checkpoint) {
        self.checkpoint = checkpoint
        shapes = Dictionary(checkpoint.entries.map { ($0.name, $0.shape) }, uniquingKeysWith: { first, _ in first })
        sortedKeys = shapes.keys.sorted()
    }

    /// Marks `key` as taken; false if it was.
    func take(_ key: String) -> Bool { taken.withLock { $0.insert(key).inserted } }

    /// The key `name` itself and those that begin with `name.`.
    func keys(at name: String) -> [String] {
        let branch = name.isEmpty || name.hasSuffix(".") ? name : name + "."
        let below = sortedKeys[position(of: branch)...].prefix { $0.hasPrefix(branch) }
        return (shapes[name] == nil ? [] : [name]) + below
    }

    /// The keys below `path` that nobody took, in the file's order.
    func left(below path: String) -> [String] {
        let taken = taken.withLock { $0 }
        return checkpoint.entries.map(\.name).filter { $0.hasPrefix(path) && !taken.contains($0) }
    }

    /// The place of the first key that is not less than `name`.
    private func position(of name: String) -> Int {
        var (low, high) = (0, sortedKeys.count)
        while low < high {
            let middle = low + (high - low) / 2
            if sortedKeys[middle] < name { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
