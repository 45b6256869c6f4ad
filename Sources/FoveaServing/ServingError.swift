public import FoveaImage

/// Why a request for an answer was refused or failed.
public enum ServingError: Error, Equatable {
    /// No model has this name and version.
    case modelNotFound(name: String)
    /// No model serves this task at all.
    case noModel(task: String)
    /// The model exists but doesn't serve (yet, or any more).
    case modelNotReady(name: String, reason: String)
    /// The model can't be loaded: the others, which are pinned or in use, leave too little of the memory.
    case noMemory(name: String, needed: Int, limit: Int)
    /// The model does something else.
    case wrongTask(name: String, does: String, asked: String)
    /// As many jobs wait as may; those there are will take about `wait`.
    case queueFull(model: String, limit: Int, wait: Duration)
    /// Those that wait will take about `wait`, which is longer than anybody may wait.
    case queueTooLong(model: String, limit: Duration, wait: Duration)
    /// The answer is wanted in `left`, but about `wait` will pass before its turn comes.
    case deadlineUnreachable(left: Duration, wait: Duration)
    /// No answer within the time allowed, queueing included.
    case deadlineExceeded(after: Duration)
    /// A detector would have to look at more tiles of the photograph than it does.
    case tooManyTiles(got: Int, limit: Int)
    /// A segmenter can't make anything of what was asked.
    case invalidPrompt(String)
    /// The client left before its job ran.
    case cancelled
    /// The photograph can't be used.
    case image(ImageError)
    /// One of several photographs can't be used; `index` counts from 0.
    case imageOfBatch(index: Int, ImageError)
}

extension ServingError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .modelNotFound(let name):
            "there is no model \"\(name)\" here; GET /models lists those there are"
        case .noModel(let task):
            "no model for \(task) is installed; \(Self.source(of: task))"
        case .modelNotReady(let name, let reason): "the model \"\(name)\" does not serve: \(reason)"
        case .noMemory(let name, let needed, let limit):
            "the model \"\(name)\" needs about \(ByteCount(needed)), and the models in use leave too little of the "
                + "\(ByteCount(limit)) allowed for all; try again later, or allow more with --model-memory-bytes"
        case .wrongTask(let name, let does, let asked):
            "the model \"\(name)\" is for \(does), not for \(asked); GET /models says what each model is for"
        case .queueFull(let model, let limit, _):
            "\(limit) requests already wait for the model \"\(model)\"; try again \(retry)"
        case .queueTooLong(let model, let limit, let wait):
            "the requests that wait for the model \"\(model)\" will take \(Self.seconds(wait)), "
                + "more than the \(Self.seconds(limit)) allowed; try again \(retry)"
        case .deadlineUnreachable(let left, let wait):
            "the answer is wanted within \(Self.seconds(left)), but those before it will take \(Self.seconds(wait)); "
                + "try again \(retry), or allow more time"
        case .deadlineExceeded(let allowed): "no answer within the \(Self.seconds(allowed)) allowed"
        case .tooManyTiles(let got, let limit):
            "the photograph has \(got) tiles of this size; \(limit) are allowed: make them larger, or let tiles be auto"
        case .invalidPrompt(let problem): problem
        case .cancelled: "the client left before its turn came"
        case .image(let error): "\(error)"
        case .imageOfBatch(let index, let error): "image \(index): \(error)"
        }
    }
}

extension ServingError {
    /// After how many whole seconds it is worth trying again; nil where trying again is no use.
    public var retryAfter: Int? {
        switch self {
        case .queueFull(_, _, let wait), .queueTooLong(_, _, let wait), .deadlineUnreachable(_, let wait):
            Int(clamping: wait.components.seconds) + 1
        default: nil
        }
    }

    /// How to get a model.
    private static func source(of task: String) -> String {
        switch task {
        case "detect": "make one of a checkpoint with: fovea models add FILE --name NAME --labels coco-80"
        case "segment": "fetch one with: fovea models pull mobile-sam"
        default: "fetch one with: fovea models pull efficientnet-lite0"
        }
    }

    private var retry: String { retryAfter.map { $0 == 1 ? "in a second" : "in \($0) seconds" } ?? "" }

    private static func seconds(_ duration: Duration) -> String {
        duration < .seconds(1)
            ? "\(Int((duration / .milliseconds(1)).rounded())) ms"
            : "\(((duration / .seconds(1)) * 10).rounded() / 10) s"
    }
}
