/// The element types of the Open Inference Protocol, by the names that it gives them.
enum Datatype: String, Sendable, CaseIterable {
    case bool = "BOOL"
    case uint8 = "UINT8"
    case uint16 = "UINT16"
    case uint32 = "UINT32"
    case uint64 = "UINT64"
    case int8 = "INT8"
    case int16 = "INT16"
    case int32 = "INT32"
    case int64 = "INT64"
    case fp16 = "FP16"
    case bf16 = "BF16"
    case fp32 = "FP32"
    case fp64 = "FP64"
    /// Byte strings, each with a length of its own.
    case bytes = "BYTES"

    /// The name that Triton's model configuration has for it.
    var configurationName: String { "TYPE_" + (self == .bytes ? "STRING" : rawValue) }
}

/// A tensor that a model takes or gives.
struct TensorDescription: Sendable, Equatable {
    let name: String
    let datatype: Datatype
    /// The length of each axis; -1 where any will do.
    let shape: [Int]
}
