import FoveaHTTP
import FoveaServing
import HTTPTypes
import Logging

/// Fovea's answer to every request: finds the route, lets it answer, counts it, and logs it when it is sent.
final class FoveaApplication: Application {
    let context: ServerContext
    private let router: Router<any Route>

    init(context: ServerContext) {
        self.context = context
        var router = Router<any Route>()
        for type in Self.routeTypes {
            let route = type.init(context: context)
            for pattern in type.patterns { router.add(pattern, route) }
        }
        self.router = router
    }

    /// Every route; `openapi.yaml` describes the same.
    static let routeTypes: [any Route.Type] = [
        ClassifyRoute.self, DetectRoute.self, SegmentRoute.self, PrewarmRoute.self, PrewarmJobRoute.self,
        CancelPrewarmRoute.self,
        UploadImageRoute.self, ImageRoute.self, DeleteImageRoute.self,
        ModelsRoute.self,
        ModelRoute.self, RequestsRoute.self, RequestRoute.self, StatsRoute.self, MetricsRoute.self, HealthRoute.self,
        ReadyRoute.self, OpenAPIRoute.self, InferenceServerRoute.self, InferenceLiveRoute.self,
        InferenceReadyRoute.self, InferenceModelsRoute.self, InferenceModelRoute.self,
        InferenceConfigurationRoute.self, InferenceModelReadyRoute.self, InferenceStatisticsRoute.self,
        InferRoute.self, RepositoryIndexRoute.self, LoadModelRoute.self, UnloadModelRoute.self,
    ]

    /// Refuses from the head what can't be answered: a stranger's body is never read.
    ///
    /// What a method and a path lead to needs no key: it says no more than `openapi.yaml` does.
    func admit(_ head: RequestHead) -> BodyAdmission {
        var exchange = Exchange(head: head)
        do {
            guard case .route(let route, let parameters) = try find(head, &exchange.route) else {
                return .accept(maxBytes: 64 << 10)
            }
            // Before anything else is said: whether a model or an image is there is not for strangers.
            try context.access.authorize(head.fields, for: type(of: route).access)
            if let coding = head.fields[.contentEncoding], coding.lowercased() != "identity" {
                throw APIError(
                    .unsupportedMediaType,
                    "Content-Encoding \"\(coding.prefix(32))\" is not read here; send it as it is",
                    fields: [.acceptEncoding: "identity"])
            }
            let limit = route.maxBodyBytes
            if let length = head.contentLength, length > limit {
                throw APIError(
                    .bodyTooLarge, "the body has \(length) bytes; \(limit) are allowed",
                    numbers: ["limit": limit, "got": length])
            }
            try route.admit(head, parameters, &exchange)
            return .accept(maxBytes: limit)
        } catch {
            context.metrics.begin()
            return .refuse(answer(to: error, exchange))
        }
    }

    func respond(to request: Request) async -> Response {
        context.metrics.begin()
        var exchange = Exchange(head: request.head, bytesIn: request.body.count, arrival: request.receivedAt)
        do {
            switch try find(request.head, &exchange.route) {
            case .route(let route, let parameters):
                var call = Call(request: request, parameters: parameters, exchange: exchange)
                defer { exchange = call.exchange }
                let reply = try await route.respond(to: &call)
                return finish(reply, call.exchange)
            case .options(let allow):
                var reply = Reply(status: .noContent, type: nil, body: [])
                reply.fields[.allow] = allow
                return finish(reply, exchange)
            }
        } catch { return answer(to: error, exchange) }
    }

    func respond(to failure: ProtocolFailure, head: RequestHead?) -> Response {
        context.metrics.begin()
        var exchange = Exchange(head: head)
        // The failure is what is answered, whether the head leads anywhere or not.
        if let head { _ = try? find(head, &exchange.route) }
        return answer(to: failure, exchange)
    }

    /// What a method and a path lead to.
    private enum Destination {
        case route(any Route, parameters: [String: String])
        case options(allow: String)
    }

    /// Finds what answers; notes the pattern in `route` as soon as it is known.
    private func find(_ head: RequestHead, _ route: inout String) throws(APIError) -> Destination {
        switch router.match(head.method, path: head.path) {
        case .found(let found, let pattern, let parameters):
            route = pattern
            return .route(found, parameters: parameters)
        case .options(let pattern, let allow):
            route = pattern
            return .options(allow: allow.allowValue)
        case .methodNotAllowed(let pattern, let allow):
            route = pattern
            throw APIError(
                .methodNotAllowed, "\(pattern) answers \(allow.allowValue) only", fields: [.allow: allow.allowValue])
        case .notFound:
            throw APIError(.notFound, "no such route; GET /openapi.yaml describes those there are")
        case .unknownMethod:
            throw APIError(.notImplemented, "this method is not known here")
        }
    }
}
