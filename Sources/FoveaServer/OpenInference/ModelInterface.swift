import FoveaImage
import FoveaModels
import FoveaTensor

/// What a model takes and gives over the Open Inference Protocol.
///
/// It takes either of two inputs: photographs, decoded and prepared here, or what the reference implementation's own
/// `forward` takes.
struct ModelInterface: Sendable, Equatable {
    /// The size of the network's input, in pixels.
    let height: Int
    let width: Int
    /// nil as long as the model was not loaded.
    let classes: Int?
    /// Most images in one request.
    let maxBatch: Int
    var task = ModelTask.classify
    /// Of a segmenter, `[1, H, W, C]`.
    var embedding: Shape?

    /// Encoded JPEG or PNG files.
    static let image = "image"
    /// Prepared images.
    static let input = "input"
    static let logits = "logits"
    static let probabilities = "probabilities"
    static let embeddings = "image_embeddings"
    static let boxes = "boxes"
    static let scores = "scores"
    static let labels = "labels"
    static let count = "num_detections"

    /// The places for objects that each image has.
    static let mostObjects = 100

    /// The outputs' names; a request that names none gets all.
    var outputNames: [String] { outputs.map(\.name) }

    /// The inputs; a request has one of them.
    ///
    /// Images are announced with an axis of length 1, which requests may leave out: Triton's tools take the first axis
    /// for the batch and want another.
    var inputs: [TensorDescription] {
        [
            TensorDescription(name: Self.image, datatype: .bytes, shape: [-1, 1]),
            TensorDescription(name: Self.input, datatype: .fp32, shape: [-1, 3, height, width]),
        ]
    }

    /// The outputs, channels before rows as in the reference implementation.
    var outputs: [TensorDescription] {
        let N = -1
        switch task {
        case .detect:
            return [
                TensorDescription(name: Self.boxes, datatype: .fp32, shape: [N, Self.mostObjects, 4]),
                TensorDescription(name: Self.scores, datatype: .fp32, shape: [N, Self.mostObjects]),
                TensorDescription(name: Self.labels, datatype: .int64, shape: [N, Self.mostObjects]),
                TensorDescription(name: Self.count, datatype: .int64, shape: [N]),
            ]
        case .segment:
            let axes = embedding.map { [$0[3], $0[1], $0[2]] } ?? [-1, -1, -1]
            return [TensorDescription(name: Self.embeddings, datatype: .fp32, shape: [N] + axes)]
        case .classify, .semantic:
            return [Self.logits, Self.probabilities].map {
                TensorDescription(name: $0, datatype: .fp32, shape: [N, classes ?? -1])
            }
        }
    }

    /// The inputs in words, for error messages.
    var choice: String {
        "the model takes \"\(Self.image)\", BYTES [N], or \"\(Self.input)\", FP32 [N, 3, \(height), \(width)]"
    }

    /// What a request's body is that is a tensor and nothing else (the binary tensor data extension's raw request): a
    /// prepared image if it has just the size of one, else a photograph.
    func rawInput(_ body: [UInt8]) throws(APIError) -> ModelInput {
        let bytes = 12 * height * width
        if body.count == bytes, ImageFormat(of: body[...]) == nil {
            return .tensor(LittleEndian.floats(body[...], as: .fp32), images: 1)
        }
        guard !body.isEmpty else {
            throw APIError(.invalidTensor, "the body is empty; a request without JSON is one JPEG, PNG or FP32 tensor")
        }
        return .images([body[...]])
    }
}

/// The input of a request, taken out of its wire format.
enum ModelInput: Sendable, Equatable {
    /// Encoded files, one an image.
    case images([ArraySlice<UInt8>])
    /// `[images, 3, H, W]`, row-major, normalised.
    case tensor([Float], images: Int)
}
