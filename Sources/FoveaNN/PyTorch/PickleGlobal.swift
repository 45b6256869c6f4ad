/// The functions and classes that a weights file may name. Each one is a word that the reader understands: nothing
/// behind the name exists here, so nothing can be called.
enum PickleGlobal: Equatable {
    /// `collections.OrderedDict`: makes a dictionary.
    case orderedDict
    /// `torch._utils._rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks)`: a view of a storage.
    case rebuildTensor
    /// `torch._utils._rebuild_parameter(tensor, requires_grad, hooks)`: the tensor.
    case rebuildParameter
    /// `torch.Size`: a tuple.
    case size
    /// `torch.float32` and so on: a value that weights don't need.
    case elementType
    /// `torch.FloatStorage` and so on: what a storage holds.
    case storage(ElementType)

    private static let allowed: [String: PickleGlobal] = {
        var allowed: [String: PickleGlobal] = [
            "collections.OrderedDict": .orderedDict,
            "torch._utils._rebuild_tensor_v2": .rebuildTensor,
            "torch._utils._rebuild_parameter": .rebuildParameter,
            "torch.Size": .size,
            "torch.storage.UntypedStorage": .storage(.u8),
        ]
        let storages: [(String, ElementType)] = [
            ("Double", .f64), ("Float", .f32), ("Half", .f16), ("BFloat16", .bf16), ("Long", .i64), ("Int", .i32),
            ("Short", .i16), ("Char", .i8), ("Byte", .u8), ("Bool", .bool),
        ]
        for (name, type) in storages { allowed["torch.\(name)Storage"] = .storage(type) }
        let elementTypes = [
            "float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool",
        ]
        for name in elementTypes { allowed["torch.\(name)"] = .elementType }
        return allowed
    }()

    /// The meaning of `module.name`; throws the name if it isn't allowed.
    init(module: [UInt8], name: [UInt8]) throws(CheckpointError) {
        let path = module + [UInt8(ascii: ".")] + name
        guard let path = String(validating: path, as: UTF8.self), path.utf8.allSatisfy({ $0 < 0x80 }),
            let global = PickleGlobal.allowed[path]
        else { throw .pickle(.forbidden(global: String(printable: path))) }
        self = global
    }
}
