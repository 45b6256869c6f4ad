import FoveaJSON
import FoveaStore
import HTTPTypes

/// `GET /requests`: the request log, newest first.
struct RequestsRoute: Route {
    static let patterns: [String] = ["GET /requests"]

    let context: ServerContext

    func respond(to call: inout Call) async throws -> Reply {
        let query = QueryParameters(try call.query())
        let filter = RequestFilter(
            // The log's own limit is inclusive, the route's is not, so that neighbouring ranges share no row.
            since: try query.time("since"), until: try query.time("until")?.nextDown, model: query["model"],
            status: try query.integer("status", in: 100...599), limit: try query.integer("limit", in: 1...1000) ?? 100)
        let records = try await context.requestLog.requests(filter)
        return .json(["requests": .array(records.map(\.json)), "request_id": .string(call.exchange.requestID)])
    }
}

/// `GET /requests/{id}`: one logged request.
struct RequestRoute: Route {
    static let patterns: [String] = ["GET /requests/{id}"]

    let context: ServerContext

    func respond(to call: inout Call) async throws -> Reply {
        guard let record = try await context.requestLog.request(withID: call.parameters["id"] ?? "") else {
            throw APIError(.notFound, "the log has no request with this id; GET /requests lists the newest")
        }
        return .json(record.json)
    }
}

extension RequestRecord {
    fileprivate var json: JSONValue {
        var timings: [(String, JSONValue)] = []
        for (name, value) in [
            ("decode", self.timings.decode), ("queue", self.timings.queue), ("inference", self.timings.inference),
            ("total", self.timings.total),
        ] {
            if let value { timings.append((name, .number(value))) }
        }
        let image: JSONValue =
            imageSHA256.map { ["width": .optional(width), "height": .optional(height), "sha256": .string($0)] } ?? .null
        let top: JSONValue = topLabel.map { ["label": .string($0), "score": .optional(topScore)] } ?? .null
        return [
            "id": .string(requestID), "time": .number(time), "method": .string(method), "route": .string(route),
            "model": .optional(model), "version": .optional(version), "status": .integer(status),
            "code": .optional(errorCode), "image": image, "bytes_in": .integer(bytesIn),
            "bytes_out": .integer(bytesOut),
            "timings_ms": .members(timings), "top": top,
        ]
    }
}
