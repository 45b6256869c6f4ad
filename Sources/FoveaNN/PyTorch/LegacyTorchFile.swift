/// What torch.save wrote before version 1.6: five pickles, then the storages.
///
/// The pickles are a magic number, the version 1001, facts about the machine, the object, and the list of the
/// storages' keys. For each key, in that order, follow an element count of eight bytes and the elements.
enum LegacyTorchFile {
    /// The whole first pickle: protocol 2, the ten-byte integer 0x1950A86A20F9469CFC6C, end.
    static let magic: [UInt8] = [
        0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
    ]

    static func tensors(
        in file: CheckpointFile, limits: CheckpointLimits
    ) throws(CheckpointError) -> [NamedTensor] {
        var cursor = FileCursor(file, magic.count..<file.size)
        try checkHeader(&cursor, limits: limits)
        let (root, heap) = try pickle(&cursor, limits: limits)
        let state = try StateDict(root, in: heap, limits: limits)
        let keys = try storageKeys(&cursor, limits: limits)

        var announced: [String: PickleHeap.Storage] = [:]
        for storage in heap.storages {
            // One storage may be named often, but always as the same thing.
            guard announced.updateValue(storage, forKey: storage.key) ?? storage == storage else {
                throw .pickle(.storage(key: storage.key))
            }
        }
        var starts: [String: Int] = [:]
        for key in keys {
            guard let storage = announced[key] else { throw .pickle(.storage(key: key)) }
            let start = try skipStorage(storage, &cursor)
            guard starts.updateValue(start, forKey: key) == nil else { throw .pickle(.storage(key: key)) }
        }
        guard cursor.remaining == 0 else { throw .pickle(.trailingBytes) }
        var storageStarts: [Int] = []
        for storage in heap.storages {
            guard let start = starts[storage.key] else { throw .pickle(.storage(key: storage.key)) }
            storageStarts.append(start)
        }
        return try state.tensors(in: file, heap: heap, storageStarts: storageStarts)
    }

    private static func pickle(
        _ cursor: inout FileCursor, limits: CheckpointLimits
    ) throws(CheckpointError) -> (PickleValue, PickleHeap) {
        var unpickler = Unpickler(cursor, limits: limits)
        let value = try unpickler.load()
        cursor = unpickler.cursor
        return (value, unpickler.heap)
    }

    /// The version, and a dictionary that says `little_endian`.
    private static func checkHeader(_ cursor: inout FileCursor, limits: CheckpointLimits) throws(CheckpointError) {
        let (version, _) = try pickle(&cursor, limits: limits)
        let (facts, heap) = try pickle(&cursor, limits: limits)
        guard version == .integer(1001), case .dictionary(let dictionary) = facts,
            heap.dictionaries[dictionary].contains(where: {
                heap.text($0.key) == "little_endian" && $0.value == .bool(true)
            })
        else { throw .pickle(.legacyHeader) }
    }

    private static func storageKeys(
        _ cursor: inout FileCursor, limits: CheckpointLimits
    ) throws(CheckpointError) -> [String] {
        let (value, heap) = try pickle(&cursor, limits: limits)
        guard case .list(let list) = value else { throw .pickle(.noStateDict) }
        var keys: [String] = []
        for item in heap.lists[list] {
            guard let key = heap.text(item) else { throw .pickle(.key) }
            keys.append(key)
        }
        return keys
    }

    /// Goes past a storage, whose count must be the one the pickle announced, and returns where its elements start.
    private static func skipStorage(
        _ storage: PickleHeap.Storage, _ cursor: inout FileCursor
    ) throws(CheckpointError) -> Int {
        let count = Int(clamping: try cursor.littleEndian(UInt64.self))
        guard count == storage.count, let bytes = storage.byteCount else {
            throw .pickle(.storageSize(key: storage.key, expected: storage.count, got: count))
        }
        let start = cursor.position
        try cursor.skip(bytes)
        return start
    }
}
