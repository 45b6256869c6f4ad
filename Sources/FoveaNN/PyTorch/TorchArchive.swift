/// What torch.save writes since version 1.6: a zip archive of a pickle and one entry a storage.
enum TorchArchive {
    static func tensors(
        in file: CheckpointFile, limits: CheckpointLimits
    ) throws(CheckpointError) -> [NamedTensor] {
        let archive = try ZipArchive(file, limits: limits)
        if let byteOrder = archive.records["byteorder"] {
            guard byteOrder.count == 6, try file.bytes(byteOrder) == Array("little".utf8) else {
                throw .archive(.byteOrder)
            }
        }
        guard let pickle = archive.records["data.pkl"] else { throw .archive(.missingRecord("data.pkl")) }
        try CheckpointLimits.check(.pickleBytes, pickle.count, atMost: limits.pickleBytes)
        var unpickler = Unpickler(FileCursor(file, pickle), limits: limits)
        let root = try unpickler.load()
        guard unpickler.cursor.remaining == 0 else { throw .pickle(.trailingBytes) }

        let heap = unpickler.heap
        var starts: [Int] = []
        for storage in heap.storages {
            guard let record = archive.records["data/" + storage.key] else {
                throw .pickle(.storage(key: storage.key))
            }
            guard let bytes = storage.byteCount, bytes == record.count else {
                throw .pickle(
                    .storageSize(key: storage.key, expected: storage.byteCount ?? Int.max, got: record.count))
            }
            starts.append(record.lowerBound)
        }
        return try StateDict(root, in: heap, limits: limits)
            .tensors(in: file, heap: heap, storageStarts: starts)
    }
}
