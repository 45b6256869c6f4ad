/// `GET /metrics`: counters, histograms and gauges for Prometheus.
struct MetricsRoute: Route {
    static let patterns: [String] = ["GET /metrics"]

    let context: ServerContext

    func respond(to call: inout Call) async throws -> Reply {
        Reply(type: "text/plain; version=0.0.4; charset=utf-8", body: context.exposition())
    }
}

/// `GET /openapi.yaml`: the description of every route.
struct OpenAPIRoute: Route {
    static let patterns: [String] = ["GET /openapi.yaml"]
    static let access = Access.public

    init(context: ServerContext) {}

    func respond(to call: inout Call) async throws -> Reply {
        Reply(type: "application/yaml; charset=utf-8", body: PackageResources.openapi_yaml)
    }
}
