import FoveaNN

extension EfficientNetPlan {
    /// Every tensor of the network by key, for a last layer of `classes` outputs; without the norms' counters.
    func shapes(classes: Int) -> [String: [Int]] {
        var shapes: [String: [Int]] = [:]
        func add(_ convolution: Convolution) {
            shapes[convolution.keys.convolution + ".weight"] = convolution.geometry.filterShape
            for name in ["weight", "bias", "running_mean", "running_var"] {
                shapes["\(convolution.keys.norm).\(name)"] = [convolution.geometry.output]
            }
        }
        func add(_ squeeze: Squeeze) {
            shapes[squeeze.reduce + ".weight"] = [squeeze.squeezed, squeeze.channels, 1, 1]
            shapes[squeeze.reduce + ".bias"] = [squeeze.squeezed]
            shapes[squeeze.excite + ".weight"] = [squeeze.channels, squeeze.squeezed, 1, 1]
            shapes[squeeze.excite + ".bias"] = [squeeze.channels]
        }

        add(stem)
        for block in blocks {
            if let expand = block.expand { add(expand) }
            add(block.depthwise)
            if let squeeze = block.squeeze { add(squeeze) }
            add(block.project)
        }
        add(head)
        shapes[classifier + ".weight"] = [classes, head.geometry.output]
        shapes[classifier + ".bias"] = [classes]
        return shapes
    }

    /// Whether these are the tensors of this network, all of them and no others, with any number of classes.
    func fits(_ entries: [Checkpoint.Entry]) -> Bool {
        guard let classes = try? classes(in: entries) else { return false }
        var missing = shapes(classes: classes)
        for entry in entries where !entry.name.hasSuffix(".num_batches_tracked") {
            guard missing.removeValue(forKey: entry.name) == entry.shape else { return false }
        }
        return missing.isEmpty
    }

    /// The number of classes of a checkpoint: the outputs of its last layer.
    func classes(in entries: [Checkpoint.Entry]) throws(CheckpointError) -> Int {
        let key = classifier + ".weight"
        guard let entry = entries.first(where: { $0.name == key }) else { throw .missing(key: key) }
        guard let classes = entry.shape.first, classes > 0, entry.shape == [classes, head.geometry.output] else {
            throw .shape(key: key, expected: [1000, head.geometry.output], got: entry.shape)
        }
        return classes
    }

    /// Whether the first convolution's key is among `entries`, which tells the layouts apart.
    func hasStem(in entries: [Checkpoint.Entry]) -> Bool {
        let key = stem.keys.convolution + ".weight"
        return entries.contains { $0.name == key }
    }
}
