import FoveaJSON
import FoveaServing
import HTTPTypes

/// `GET /healthz`: 200 as long as the program answers at all.
struct HealthRoute: Route {
    static let patterns: [String] = ["GET /healthz"]
    static let access = Access.public

    init(context: ServerContext) {}

    func respond(to call: inout Call) async throws -> Reply { .json(["status": "ok"]) }
}

/// `GET /readyz`: 200 when every model that should serve does, else 503 with the reason.
struct ReadyRoute: Route {
    static let patterns: [String] = ["GET /readyz"]
    static let access = Access.public

    let context: ServerContext

    func respond(to call: inout Call) async throws -> Reply {
        if context.server.isDraining { throw APIError(.draining, "the daemon is shutting down") }
        switch context.registry.readiness {
        case .ready: return .json(["status": "ready"])
        case .notReady(let reason): throw APIError(.modelNotReady, reason)
        }
    }
}
