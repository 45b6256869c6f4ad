public import FoveaImage

/// Why a request for an answer was refused or failed.
public enum ServingError: Error, Equatable {
    /// No model has this name and version.
    case modelNotFound(name: String)
    /// No model serves this task at all.
    case noModel(task: String)
    /// The model exists but doesn't serve (yet, or any more).
    case modelNotReady(name: String, reason: String)
    /// The model does something else.
    case wrongTask(name: String, does: String, asked: String)
    /// As many jobs wait as may.
    case queueFull(model: String, limit: Int)
    /// No answer within the time allowed, queueing included.
    case deadlineExceeded(seconds: Double)
    /// The client left before its job ran.
    case cancelled
    /// The photograph can't be used.
    case image(ImageError)
}

extension ServingError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .modelNotFound(let name):
            "there is no model \"\(name)\" here; GET /models lists those there are"
        case .noModel(let task):
            "no model for \(task) is installed; fetch one with: fovea models pull efficientnet-lite0"
        case .modelNotReady(let name, let reason): "the model \"\(name)\" does not serve: \(reason)"
        case .wrongTask(let name, let does, let asked):
            "the model \"\(name)\" is for \(does), not for \(asked); GET /models says what each model is for"
        case .queueFull(let model, let limit):
            "\(limit) requests already wait for the model \"\(model)\"; try again in a second"
        case .deadlineExceeded(let seconds): "no answer within the \(seconds) seconds allowed"
        case .cancelled: "the client left before its turn came"
        case .image(let error): "\(error)"
        }
    }
}
