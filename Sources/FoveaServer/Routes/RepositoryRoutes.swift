import FoveaHTTP
import FoveaJSON
import FoveaServing

/// `POST /v2/repository/index`: every version of every model with its state.
struct RepositoryIndexRoute: Route {
    static let patterns: [String] = ["POST /v2/repository/index"]

    let context: ServerContext

    func respond(to call: inout Call) async throws -> Reply {
        let wantsReadyOnly = try RepositoryRequest.wantsReadyOnly(call.request.body)
        let entries = context.registry.summaries.map(RepositoryIndexEntry.init)
        return .json(.array(entries.filter { !wantsReadyOnly || $0.state == .ready }.map(\.json)))
    }
}

/// `POST /v2/repository/models/{model}/load`: loads a model from its folder, anew if it is loaded.
struct LoadModelRoute: Route {
    static let patterns: [String] = ["POST /v2/repository/models/{model}/load"]
    static let access = Access.management

    let context: ServerContext

    func respond(to call: inout Call) async throws -> Reply {
        let path = try ModelPath(call.parameters)
        try RepositoryRequest.checkLoad(call.request.body)
        try await context.registry.load(path.name)
        return .json(["name": .string(path.name), "load": true])
    }
}

/// `POST /v2/repository/models/{model}/unload`: lets a model answer nothing new; what is being answered is answered.
struct UnloadModelRoute: Route {
    static let patterns: [String] = ["POST /v2/repository/models/{model}/unload"]
    static let access = Access.management

    let context: ServerContext

    func respond(to call: inout Call) async throws -> Reply {
        let path = try ModelPath(call.parameters)
        try RepositoryRequest.checkUnload(call.request.body)
        try await context.registry.unload(path.name)
        return .json(["name": .string(path.name), "unload": true])
    }
}

extension RepositoryIndexEntry {
    fileprivate init(_ summary: ModelRegistry.Summary) {
        let state: State =
            switch summary.state {
            case .loading: .loading
            case .ready: .ready
            case .unloading: .unloading
            case .unloaded, .failed: .unavailable
            }
        self.init(name: summary.name, version: summary.version, state: state, reason: summary.reason)
    }
}
