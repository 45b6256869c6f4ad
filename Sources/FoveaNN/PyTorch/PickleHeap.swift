/// A value on the pickle's stack: a constant, or the place of something in the heap.
enum PickleValue: Equatable {
    case none
    case bool(Bool)
    case integer(Int)
    case string(Int)
    case tuple(Int)
    case list(Int)
    case dictionary(Int)
    case global(PickleGlobal)
    case storage(Int)
    case tensor(Int)
    /// Something legal that weights don't need, such as a float.
    case ignored
}

/// What a pickle made: values refer to each other by position.
///
/// Positions instead of nested values: a tuple in a tuple, a million times, or a list that holds itself, costs no
/// recursion when it is freed.
struct PickleHeap {
    /// The elements of one tensor's memory, as the pickle announces them.
    struct Storage: Equatable {
        let type: ElementType
        /// The name by which the container has it.
        let key: String
        let count: Int

        /// Bytes the container must have for it; nil if that overflows.
        var byteCount: Int? {
            let (bytes, overflows) = count.multipliedReportingOverflow(by: type.byteCount)
            return overflows ? nil : bytes
        }
    }

    /// A tensor: a view of a storage, in elements.
    struct View: Equatable {
        let storage: Int
        let offset: Int
        let shape: [Int]
        let strides: [Int]
    }

    private let limits: CheckpointLimits
    /// The things made so far, and the items in collections.
    private var size = 0
    private(set) var strings: [[UInt8]] = []
    private(set) var tuples: [[PickleValue]] = []
    private(set) var lists: [[PickleValue]] = []
    private(set) var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
    private(set) var storages: [Storage] = []
    private(set) var views: [View] = []

    /// Makes a heap for at most `limits.pickleObjects` things.
    init(limits: CheckpointLimits) { self.limits = limits }

    mutating func add(string: [UInt8]) throws(CheckpointError) -> PickleValue {
        try grow(by: 1)
        strings.append(string)
        return .string(strings.count - 1)
    }

    mutating func add(tuple: [PickleValue]) throws(CheckpointError) -> PickleValue {
        try grow(by: 1 + tuple.count)
        tuples.append(tuple)
        return .tuple(tuples.count - 1)
    }

    mutating func addList() throws(CheckpointError) -> PickleValue {
        try grow(by: 1)
        lists.append([])
        return .list(lists.count - 1)
    }

    mutating func addDictionary() throws(CheckpointError) -> PickleValue {
        try grow(by: 1)
        dictionaries.append([])
        return .dictionary(dictionaries.count - 1)
    }

    mutating func add(storage: Storage) throws(CheckpointError) -> PickleValue {
        try grow(by: 1)
        storages.append(storage)
        return .storage(storages.count - 1)
    }

    mutating func add(view: View) throws(CheckpointError) -> PickleValue {
        try grow(by: 1)
        views.append(view)
        return .tensor(views.count - 1)
    }

    mutating func append(_ values: [PickleValue], toList list: Int) throws(CheckpointError) {
        try grow(by: values.count)
        lists[list].append(contentsOf: values)
    }

    mutating func set(
        _ key: PickleValue, _ value: PickleValue, inDictionary dictionary: Int
    ) throws(CheckpointError) {
        try grow(by: 1)
        dictionaries[dictionary].append((key, value))
    }

    private mutating func grow(by count: Int) throws(CheckpointError) {
        size += count
        try CheckpointLimits.check(.pickleObjects, size, atMost: limits.pickleObjects)
    }
}

extension PickleHeap {
    /// The text of `value`, if it is one and short enough for a name.
    func text(_ value: PickleValue) -> String? {
        guard case .string(let index) = value, strings[index].count <= limits.nameBytes else { return nil }
        return String(validating: strings[index], as: UTF8.self)
    }

    /// The integers of a tuple that has no others, one for each axis of a tensor.
    func axes(_ value: PickleValue) throws(CheckpointError) -> [Int]? {
        guard case .tuple(let index) = value else { return nil }
        try CheckpointLimits.check(.rank, tuples[index].count, atMost: limits.rank)
        var integers: [Int] = []
        for item in tuples[index] {
            guard case .integer(let integer) = item else { return nil }
            integers.append(integer)
        }
        return integers
    }
}
