import FoveaJSON
import FoveaModels
import FoveaServing

/// `GET /models`: every model with its state.
struct ModelsRoute: Route {
    static let patterns: [String] = ["GET /models"]

    let context: ServerContext

    func respond(to call: inout Call) async throws -> Reply {
        .json([
            "models": .array(context.registry.summaries.map(\.json)), "request_id": .string(call.exchange.requestID),
        ])
    }
}

/// `GET /models/{name}`: one model, every version.
struct ModelRoute: Route {
    static let patterns: [String] = ["GET /models/{name}"]

    let context: ServerContext

    func respond(to call: inout Call) async throws -> Reply {
        let name = call.parameters["name"] ?? ""
        let versions = context.registry.summaries.filter { $0.name == name }
        guard !versions.isEmpty else { throw ServingError.modelNotFound(name: String(name.prefix(100))) }
        return .json([
            "name": .string(name), "versions": .array(versions.map(\.json)),
            "request_id": .string(call.exchange.requestID),
        ])
    }
}

extension ModelRegistry.Summary {
    fileprivate var json: JSONValue {
        [
            "name": .string(name), "version": .string(version), "task": .optional(model?.card.task.rawValue),
            "architecture": .optional(model?.architecture.name), "state": .string(state.rawValue),
            "reason": .optional(reason), "default": .bool(isDefault), "classes": .optional(classes),
            "bytes": .integer(bytes), "input": input?.json ?? .null,
            "license": .optional(model?.card.license), "source": .optional(model?.card.source),
        ]
    }
}
