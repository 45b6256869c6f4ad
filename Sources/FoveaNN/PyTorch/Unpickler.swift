/// Reads one pickle of the kind torch.save writes, as data.
///
/// A pickle is a program for a stack machine that may call any function by name. This machine has only the
/// instructions of `PickleOpcode`, and of functions it knows only the names in `PickleGlobal`. Every instruction
/// checks its operands, and every resource has a limit.
struct Unpickler {
    private(set) var cursor: FileCursor
    let limits: CheckpointLimits
    var heap: PickleHeap
    /// Where the running instruction is.
    private var instruction = 0
    private var stack: [PickleValue] = []
    /// Heights of the stack at the open marks.
    private var marks: [Int] = []
    private var memo: [UInt32: PickleValue] = [:]

    init(_ cursor: FileCursor, limits: CheckpointLimits) {
        (self.cursor, self.limits) = (cursor, limits)
        heap = PickleHeap(limits: limits)
    }

    /// Runs until the pickle's end and returns what it made; `cursor` is then behind it.
    mutating func load() throws(CheckpointError) -> PickleValue {
        let start = cursor.position
        var count = 0
        while true {
            instruction = cursor.position
            let code = try cursor.byte()
            guard let opcode = PickleOpcode(rawValue: code) else {
                throw .pickle(.opcode(code, offset: instruction))
            }
            if opcode == .stop { break }
            try perform(opcode)
            count += 1
            try CheckpointLimits.check(.pickleOpcodes, count, atMost: limits.pickleOpcodes)
            try CheckpointLimits.check(.pickleBytes, cursor.position - start, atMost: limits.pickleBytes)
        }
        let value = try pop(for: .stop)
        guard stack.isEmpty, marks.isEmpty else { throw misuse(.stop) }
        return value
    }

    private mutating func perform(_ opcode: PickleOpcode) throws(CheckpointError) {
        switch opcode {
        case .proto:
            let version = try cursor.byte()
            guard version == 2 else { throw .pickle(.version(version)) }
        case .stop: throw misuse(opcode)
        case .mark:
            marks.append(stack.count)
            try CheckpointLimits.check(.pickleDepth, marks.count, atMost: limits.pickleDepth)

        case .none: try push(.none)
        case .newTrue: try push(.bool(true))
        case .newFalse: try push(.bool(false))
        case .binInt: try push(.integer(Int(cursor.littleEndian(Int32.self))))
        case .binInt1: try push(.integer(Int(cursor.byte())))
        case .binInt2: try push(.integer(Int(cursor.littleEndian(UInt16.self))))
        case .long1: try push(.integer(longInteger()))
        case .binFloat:
            try cursor.skip(8)
            try push(.ignored)
        case .binUnicode: try pushString(bytes: Int(cursor.littleEndian(UInt32.self)))
        case .shortBinString: try pushString(bytes: Int(cursor.byte()))

        case .emptyTuple: try push(heap.add(tuple: []))
        case .tuple: try push(heap.add(tuple: popMark(for: opcode)))
        case .tuple1: try pushTuple(of: 1, for: opcode)
        case .tuple2: try pushTuple(of: 2, for: opcode)
        case .tuple3: try pushTuple(of: 3, for: opcode)
        case .emptyList: try push(heap.addList())
        case .append: try appendToList([pop(for: opcode)], for: opcode)
        case .appends: try appendToList(popMark(for: opcode), for: opcode)
        case .emptyDict: try push(heap.addDictionary())
        case .setItem:
            let value = try pop(for: opcode)
            try setItems([pop(for: opcode), value], for: opcode)
        case .setItems: try setItems(popMark(for: opcode), for: opcode)
        case .emptySet: try push(.ignored)

        case .binGet: try pushRemembered(UInt32(cursor.byte()), for: opcode)
        case .longBinGet: try pushRemembered(cursor.littleEndian(UInt32.self), for: opcode)
        case .binPut: try remember(UInt32(cursor.byte()), for: opcode)
        case .longBinPut: try remember(cursor.littleEndian(UInt32.self), for: opcode)

        case .global:
            let module = try cursor.line(limit: limits.nameBytes)
            try push(.global(PickleGlobal(module: module, name: cursor.line(limit: limits.nameBytes))))
        case .reduce: try reduce()
        case .build: try build()
        case .newObj: try makeObject()
        case .binPersID: try push(storage(pop(for: opcode)))
        }
    }
}

/// The stack and the memo.
extension Unpickler {
    mutating func push(_ value: PickleValue) throws(CheckpointError) {
        stack.append(value)
        try CheckpointLimits.check(.pickleObjects, stack.count, atMost: limits.pickleObjects)
    }

    /// The topmost value above the innermost mark.
    mutating func pop(for opcode: PickleOpcode) throws(CheckpointError) -> PickleValue {
        guard stack.count > marks.last ?? 0, let value = stack.popLast() else { throw misuse(opcode) }
        return value
    }

    func misuse(_ opcode: PickleOpcode) -> CheckpointError {
        .pickle(.operands(opcode, offset: instruction))
    }

    private mutating func popMark(for opcode: PickleOpcode) throws(CheckpointError) -> [PickleValue] {
        guard let mark = marks.popLast(), mark <= stack.count else { throw misuse(opcode) }
        let values = Array(stack[mark...])
        stack.removeLast(values.count)
        return values
    }

    private mutating func pushTuple(of count: Int, for opcode: PickleOpcode) throws(CheckpointError) {
        var values: [PickleValue] = []
        for _ in 0..<count { values.append(try pop(for: opcode)) }
        try push(heap.add(tuple: values.reversed()))
    }

    private mutating func pushString(bytes: Int) throws(CheckpointError) {
        try CheckpointLimits.check(.pickleBytes, bytes, atMost: limits.pickleBytes)
        try push(heap.add(string: cursor.bytes(bytes)))
    }

    /// A two's complement integer, least significant byte first, behind its length.
    private mutating func longInteger() throws(CheckpointError) -> Int {
        let bytes = Int(try cursor.byte())
        guard bytes <= 8 else { throw .pickle(.longInteger(bytes: bytes)) }
        guard bytes > 0 else { return 0 }
        var value: UInt64 = 0
        for index in 0..<bytes { value |= UInt64(try cursor.byte()) << UInt64(8 * index) }
        let unused = UInt64(64 - 8 * bytes)
        return Int(Int64(bitPattern: value << unused) >> Int64(unused))
    }

    /// Appends to the list that is now on top of the stack.
    private mutating func appendToList(
        _ values: [PickleValue], for opcode: PickleOpcode
    ) throws(CheckpointError) {
        let target = try pop(for: opcode)
        guard case .list(let list) = target else { throw misuse(opcode) }
        try heap.append(values, toList: list)
        try push(target)
    }

    /// Sets keys and values, in turns, in the dictionary that is now on top of the stack.
    private mutating func setItems(
        _ items: [PickleValue], for opcode: PickleOpcode
    ) throws(CheckpointError) {
        let target = try pop(for: opcode)
        guard case .dictionary(let dictionary) = target, items.count.isMultiple(of: 2) else { throw misuse(opcode) }
        for index in stride(from: 0, to: items.count, by: 2) {
            try heap.set(items[index], items[index + 1], inDictionary: dictionary)
        }
        try push(target)
    }

    private mutating func remember(_ index: UInt32, for opcode: PickleOpcode) throws(CheckpointError) {
        let value = try pop(for: opcode)
        try push(value)
        memo[index] = value
        try CheckpointLimits.check(.pickleMemo, memo.count, atMost: limits.pickleMemo)
    }

    private mutating func pushRemembered(_ index: UInt32, for opcode: PickleOpcode) throws(CheckpointError) {
        guard let value = memo[index] else { throw misuse(opcode) }
        try push(value)
    }
}
