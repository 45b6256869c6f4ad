/// What the named functions and classes mean.
extension Unpickler {
    /// `REDUCE`: the value that the named function would return for a tuple of arguments.
    mutating func reduce() throws(CheckpointError) {
        guard case .tuple(let index) = try pop(for: .reduce), case .global(let global) = try pop(for: .reduce) else {
            throw misuse(.reduce)
        }
        let arguments = heap.tuples[index]
        switch global {
        case .orderedDict: try push(orderedDict(arguments))
        case .rebuildTensor: try push(tensor(arguments))
        case .rebuildParameter:
            guard let tensor = arguments.first, case .tensor = tensor else { throw misuse(.reduce) }
            try push(tensor)
        case .size:
            guard let sizes = arguments.first, case .tuple = sizes else { throw misuse(.reduce) }
            try push(sizes)
        case .elementType, .storage: throw misuse(.reduce)
        }
    }

    /// `BUILD`: attributes of a dictionary, such as the version numbers in a state dict's `_metadata`, are dropped.
    mutating func build() throws(CheckpointError) {
        _ = try pop(for: .build)
        let object = try pop(for: .build)
        guard case .dictionary = object else { throw misuse(.build) }
        try push(object)
    }

    /// `NEWOBJ`: only an `OrderedDict` without arguments.
    mutating func makeObject() throws(CheckpointError) {
        guard case .tuple = try pop(for: .newObj), case .global(.orderedDict) = try pop(for: .newObj) else {
            throw misuse(.newObj)
        }
        try push(heap.addDictionary())
    }

    /// `BINPERSID`: the storage `('storage', type, key, location, element count)`.
    ///
    /// The legacy container adds the view of another storage, which has been `None` since before version 1001.
    mutating func storage(_ identifier: PickleValue) throws(CheckpointError) -> PickleValue {
        guard case .tuple(let index) = identifier else { throw misuse(.binPersID) }
        let items = heap.tuples[index]
        guard items.count == 5 || (items.count == 6 && items[5] == .none), heap.text(items[0]) == "storage",
            case .global(.storage(let type)) = items[1], let key = heap.text(items[2]),
            case .integer(let count) = items[4], count >= 0
        else { throw misuse(.binPersID) }
        return try heap.add(storage: PickleHeap.Storage(type: type, key: key, count: count))
    }

    /// `OrderedDict()`, or `OrderedDict([[key, value], …])` as Python 2 wrote it.
    private mutating func orderedDict(_ arguments: [PickleValue]) throws(CheckpointError) -> PickleValue {
        let object = try heap.addDictionary()
        guard case .dictionary(let dictionary) = object, arguments.count <= 1 else { throw misuse(.reduce) }
        guard let argument = arguments.first else { return object }
        guard case .list(let list) = argument else { throw misuse(.reduce) }
        for pair in heap.lists[list] {
            let items: [PickleValue] =
                switch pair {
                case .list(let index): heap.lists[index]
                case .tuple(let index): heap.tuples[index]
                default: []
                }
            guard items.count == 2 else { throw misuse(.reduce) }
            try heap.set(items[0], items[1], inDictionary: dictionary)
        }
        return object
    }

    /// The view `(storage, offset, size, stride, …)`, which must lie inside its storage.
    private mutating func tensor(_ arguments: [PickleValue]) throws(CheckpointError) -> PickleValue {
        guard arguments.count >= 6, case .storage(let storage) = arguments[0], case .integer(let offset) = arguments[1],
            let shape = try heap.axes(arguments[2]), let strides = try heap.axes(arguments[3])
        else { throw misuse(.reduce) }
        guard shape.allSatisfy({ $0 >= 0 }) else { throw .impossibleShape(shape) }
        let room = heap.storages[storage].count
        guard strides.count == shape.count, offset >= 0, offset <= room,
            let span = StoredTensor.span(of: shape, strides: strides), span <= room - offset
        else { throw .pickle(.view(shape: shape, strides: strides)) }
        return try heap.add(view: PickleHeap.View(storage: storage, offset: offset, shape: shape, strides: strides))
    }
}
