import FoveaJSON
import FoveaServing

/// `GET /v2`: name, version and extensions of the server, as the Open Inference Protocol asks for them.
struct InferenceServerRoute: Route {
    static let patterns: [String] = ["GET /v2", "GET /v2/"]

    init(context: ServerContext) {}

    func respond(to call: inout Call) async throws -> Reply { .json(ServerMetadata.json(version: Daemon.version)) }
}

/// `GET /v2/health/live`: the protocol's `/healthz`.
struct InferenceLiveRoute: Route {
    static let patterns: [String] = ["GET /v2/health/live"]
    static let access = Access.public

    init(context: ServerContext) {}

    func respond(to call: inout Call) async throws -> Reply { .json(["live": true]) }
}

/// `GET /v2/health/ready`: the protocol's `/readyz`.
struct InferenceReadyRoute: Route {
    static let patterns: [String] = ["GET /v2/health/ready"]
    static let access = Access.public

    private let readiness: ReadyRoute

    init(context: ServerContext) { readiness = ReadyRoute(context: context) }

    func respond(to call: inout Call) async throws -> Reply {
        _ = try await readiness.respond(to: &call)
        // The protocol's own text has both names for it.
        return .json(["ready": true, "live": true])
    }
}
