@testable import FoveaNN

/// Writes pickles instruction by instruction.
struct PickleBuilder {
    private(set) var bytes: [UInt8] = [0x80, 2]

    static func make(_ build: (inout PickleBuilder) -> Void) -> [UInt8] {
        var builder = PickleBuilder()
        build(&builder)
        builder.op(.stop)
        return builder.bytes
    }

    mutating func raw(_ bytes: [UInt8]) { self.bytes += bytes }

    mutating func op(_ opcodes: PickleOpcode...) { bytes += opcodes.map(\.rawValue) }

    mutating func global(_ module: String, _ name: String) {
        op(.global)
        raw(Array("\(module)\n\(name)\n".utf8))
    }

    mutating func string(_ text: String) {
        op(.binUnicode)
        raw(littleEndian(UInt32(text.utf8.count)) + Array(text.utf8))
    }

    mutating func integer(_ value: Int) {
        op(.long1)
        raw([8] + littleEndian(value))
    }

    mutating func integers(_ values: [Int]) {
        op(.mark)
        for value in values { integer(value) }
        op(.tuple)
    }

    mutating func storage(_ key: String, count: Int, type: String = "FloatStorage") {
        op(.mark)
        string("storage")
        global("torch", type)
        string(key)
        string("cpu")
        integer(count)
        op(.tuple, .binPersID)
    }

    /// A tensor that is a view of storage `key`.
    mutating func tensor(
        key: String = "0", count: Int, offset: Int = 0, shape: [Int], strides: [Int], type: String = "FloatStorage"
    ) {
        global("torch._utils", "_rebuild_tensor_v2")
        op(.mark)
        storage(key, count: count, type: type)
        integer(offset)
        integers(shape)
        integers(strides)
        op(.newFalse)
        global("collections", "OrderedDict")
        op(.emptyTuple, .reduce, .tuple, .reduce)
    }
}

/// An archive of a pickle and storages of these numbers of bytes, named 0, 1, ….
func archive(_ pickle: [UInt8], storages: [Int] = []) -> [UInt8] {
    ZipBuilder(
        [.init("root/data.pkl", pickle)]
            + storages.enumerated().map { .init("root/data/\($0.offset)", [UInt8](repeating: 0, count: $0.element)) }
    ).bytes
}
