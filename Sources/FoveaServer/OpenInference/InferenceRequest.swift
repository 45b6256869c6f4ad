import FoveaModels

/// A request for inference: what its JSON says, and where its tensors stand in the body. The tensors themselves are read
/// once it is known that the model takes them.
///
/// https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
struct InferenceRequest: Sendable {
    struct Input: Sendable, Equatable {
        enum Contents: Sendable, Equatable {
            /// Where the JSON array stands.
            case json(Range<Int>)
            /// Where the elements stand, in `LittleEndian`.
            case binary(Range<Int>)
        }

        let name: String
        let datatype: Datatype
        let shape: [Int]
        var contents: Contents
    }

    struct Output: Sendable, Equatable {
        let name: String
        /// Whether it follows the JSON as bytes; nil leaves it to the request.
        var isBinary: Bool?
        /// How many of the best classes are wanted instead of the tensor (the classification extension).
        var topClasses: Int?
    }

    let body: [UInt8]
    /// The client's own name for the request, which the answer repeats.
    var id: String?
    var parameters = InferenceParameters()
    var inputs: [Input] = []
    /// Empty for all.
    var outputs: [Output] = []
}

/// What a request asks for beside its outputs.
struct InferenceParameters: Sendable, Equatable {
    /// 1 comes first, 3 last; 0, and nothing, is 2 (the schedule policy extension).
    var priority = 0
    /// Microseconds after which nobody wants the answer any more; 0 leaves it to the daemon (the same extension).
    var timeout = 0
    /// Whether outputs that don't say otherwise follow the JSON as bytes (the binary tensor data extension).
    var hasBinaryOutput = false
    /// Decode JPEGs at full resolution even where a scaled decode would do.
    var isExact = false
    /// Which objects a detector is to answer.
    var objects = DetectionOptions()
}
