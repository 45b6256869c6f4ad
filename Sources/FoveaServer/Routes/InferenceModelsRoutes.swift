import FoveaJSON
import FoveaModels
import FoveaServing

/// `GET /v2/models`: the names of the models.
struct InferenceModelsRoute: Route {
    static let patterns: [String] = ["GET /v2/models"]

    let context: ServerContext

    func respond(to call: inout Call) async throws -> Reply {
        let names = Set(context.registry.summaries.map(\.name)).sorted()
        return .json(["models": .array(names.map(JSONValue.string))])
    }
}

/// `GET /v2/models/{model}`: what a model takes and gives.
struct InferenceModelRoute: Route {
    static let patterns: [String] = ["GET /v2/models/{model}", "GET /v2/models/{model}/versions/{version}"]

    let context: ServerContext

    func respond(to call: inout Call) async throws -> Reply {
        .json(try ModelMetadata(of: ModelPath(call.parameters), in: context).json)
    }
}

/// `GET /v2/models/{model}/config`: the same as Triton's model configuration says it.
struct InferenceConfigurationRoute: Route {
    static let patterns: [String] = [
        "GET /v2/models/{model}/config", "GET /v2/models/{model}/versions/{version}/config",
    ]

    let context: ServerContext

    func respond(to call: inout Call) async throws -> Reply {
        let path = try ModelPath(call.parameters)
        let batching = try path.summary(in: context.registry).loaded?.batching
        return .json(
            try ModelMetadata(of: path, in: context).configuration(
                batching: batching.map { ($0.maxSize, Int($0.maxDelay / .microseconds(1))) }))
    }
}

/// `GET /v2/models/{model}/ready`: 200 when the model answers, else 503 with the reason.
struct InferenceModelReadyRoute: Route {
    static let patterns: [String] = [
        "GET /v2/models/{model}/ready", "GET /v2/models/{model}/versions/{version}/ready",
    ]
    static let access = Access.public

    let context: ServerContext

    func respond(to call: inout Call) async throws -> Reply {
        let model = try ModelPath(call.parameters).summary(in: context.registry)
        guard model.state == .ready || model.isServing else {
            throw ServingError.modelNotReady(name: model.name, reason: model.reason ?? "it is still loading")
        }
        return .json(["name": .string(model.name), "ready": true])
    }
}

/// `GET /v2/models/{model}/stats`, `GET /v2/models/stats`: what the loaded models have answered.
struct InferenceStatisticsRoute: Route {
    static let patterns: [String] = [
        "GET /v2/models/stats", "GET /v2/models/{model}/stats", "GET /v2/models/{model}/versions/{version}/stats",
    ]

    let context: ServerContext

    func respond(to call: inout Call) async throws -> Reply {
        let summaries =
            call.parameters["model"] == nil
            ? context.registry.summaries : try ModelPath(call.parameters).versions(in: context.registry)
        let statistics = summaries.compactMap { summary in
            summary.loaded?.statistics.snapshot.json(name: summary.name, version: summary.version, bytes: summary.bytes)
        }
        return .json(["model_stats": .array(statistics)])
    }
}

extension ModelInterface {
    init(_ model: LoadedModel, maxBatch: Int) {
        self.init(
            height: model.input.height, width: model.input.width, classes: model.classes, maxBatch: maxBatch,
            task: model.task, embedding: model.geometry?.embedding)
    }
}

extension ModelMetadata {
    /// What is known of the model that `path` names, whether it is loaded or not.
    ///
    /// - Throws: `ServingError.modelNotFound`, `.modelNotReady` when its card can't be read, `.wrongTask`.
    init(of path: ModelPath, in context: ServerContext) throws(ServingError) {
        let summary = try path.summary(in: context.registry)
        guard let model = summary.model, let input = summary.input else {
            throw .modelNotReady(name: summary.name, reason: summary.reason ?? "its card can't be read")
        }
        guard [.classify, .detect, .segment].contains(model.card.task) else {
            throw .wrongTask(
                name: summary.name, does: model.card.task.rawValue, asked: ModelTask.classify.rawValue)
        }
        self.init(
            name: summary.name, versions: try path.versions(in: context.registry).map(\.version),
            interface: ModelInterface(
                height: input.height, width: input.width, classes: summary.classes,
                maxBatch: context.configuration.maxBatch, task: model.card.task,
                embedding: model.architecture.geometry?.embedding),
            task: model.card.task.rawValue, architecture: model.architecture.name, labels: summary.loaded?.labels ?? [],
            preprocessing: input.json)
    }
}
