/// The tensors by name in what torch.save was given.
struct StateDict {
    /// Keys under which training scripts keep the state dict among other things, in order of preference.
    private static let wrappers = ["state_dict", "model", "state_dict_ema"]

    /// In the dictionary's order.
    private(set) var views: [(name: String, view: PickleHeap.View)] = []

    /// Finds the tensors of `root`: a dictionary of tensors, or one that holds such a dictionary.
    ///
    /// Values that are no tensors are passed over; if a network needs them, their key will be missing.
    init(_ root: PickleValue, in heap: PickleHeap, limits: CheckpointLimits) throws(CheckpointError) {
        guard case .dictionary(let outer) = root else { throw .pickle(.noStateDict) }
        for (key, value) in heap.dictionaries[StateDict.unwrapped(outer, in: heap)] {
            guard case .tensor(let tensor) = value else { continue }
            guard let name = heap.text(key) else { throw .pickle(.key) }
            try CheckpointLimits.check(.tensors, views.count + 1, atMost: limits.tensors)
            views.append((name, heap.views[tensor]))
        }
        guard !views.isEmpty else { throw .pickle(.noStateDict) }
    }

    private static func unwrapped(_ outer: Int, in heap: PickleHeap) -> Int {
        for wrapper in wrappers {
            for (key, value) in heap.dictionaries[outer] {
                if case .dictionary(let inner) = value, heap.text(key) == wrapper { return inner }
            }
        }
        return outer
    }

    /// The tensors, given the byte in the file where each storage of the heap starts.
    func tensors(
        in file: CheckpointFile, heap: PickleHeap, storageStarts: [Int]
    ) throws(CheckpointError) -> [NamedTensor] {
        var tensors: [NamedTensor] = []
        for (name, view) in views {
            _ = try StoredTensor.count(of: view.shape, inFileOf: file.size)
            let type = heap.storages[view.storage].type
            let offset = storageStarts[view.storage] + view.offset * type.byteCount
            tensors.append(
                (name, StoredTensor(type: type, shape: view.shape, strides: view.strides, offset: offset)))
        }
        return tensors
    }
}
