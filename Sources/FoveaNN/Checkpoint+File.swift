import FoveaTensor

/// A tensor in a file, with the name by which a network asks for it.
typealias NamedTensor = (name: String, tensor: StoredTensor)

extension Checkpoint {
    /// Opens a safetensors file, or a PyTorch file of either container (zip archive, legacy stream).
    ///
    /// The content decides, not the file's name. Only the description of the tensors is kept; the elements stay in the
    /// file, which is open as long as the checkpoint lives, until `tensor(named:)` reads them. One `module.` in front
    /// of every name (PyTorch's `DataParallel`) is removed.
    ///
    /// Throws what is wrong with the file. A pickle is read as data: whatever it names beyond tensors is refused.
    public init(contentsOf path: String, limits: CheckpointLimits = .default) throws(CheckpointError) {
        let file = try CheckpointFile(path: path)
        let tensors = try Checkpoint.withoutModulePrefix(Checkpoint.tensors(in: file, limits: limits))
        var byName: [String: StoredTensor] = [:]
        byName.reserveCapacity(tensors.count)
        for (name, tensor) in tensors {
            guard byName.updateValue(tensor, forKey: name) == nil else { throw .duplicate(key: name) }
        }
        let index = byName
        self.init(
            entries: tensors.map { Entry(name: $0.name, shape: $0.tensor.shape, type: $0.tensor.type.rawValue) },
            read: { name throws(CheckpointError) in
                guard let tensor = index[name] else { throw .missing(key: name) }
                return try tensor.read(from: file)
            })
    }

    private static func tensors(
        in file: CheckpointFile, limits: CheckpointLimits
    ) throws(CheckpointError) -> [NamedTensor] {
        let start = try file.bytes(0..<min(file.size, LegacyTorchFile.magic.count))
        if start.starts(with: ZipArchive.magic) { return try TorchArchive.tensors(in: file, limits: limits) }
        if start == LegacyTorchFile.magic { return try LegacyTorchFile.tensors(in: file, limits: limits) }
        if start.count > 8, start[8] == UInt8(ascii: "{") {
            return try SafetensorsFile.tensors(in: file, limits: limits)
        }
        throw .unknownFormat
    }

    private static func withoutModulePrefix(_ tensors: [NamedTensor]) -> [NamedTensor] {
        let prefix = "module."
        guard tensors.allSatisfy({ $0.name.utf8.starts(with: prefix.utf8) }) else { return tensors }
        return tensors.map { (String(decoding: $0.name.utf8.dropFirst(prefix.utf8.count), as: UTF8.self), $0.tensor) }
    }
}
