import FoveaHTTP
import FoveaJSON
import FoveaModels
import FoveaServing
import HTTPTypes

/// `POST /segment/prewarm`: keep photographs, and encode them when there is time, so that the first click is quick.
struct PrewarmRoute: Route {
    static let patterns: [String] = ["POST /segment/prewarm"]

    let context: ServerContext

    var maxBodyBytes: Int { context.configuration.maxBodyBytes }

    func respond(to call: inout Call) async throws -> Reply {
        let request = call.request
        let input = try await inBackground {
            try ImageInput<PrewarmOptions>(of: request, pathSHA256: nil, maxBatch: PrewarmJobs.mostPictures)
        }
        // A model that isn't there is said now rather than of each photograph.
        _ = try context.registry.loadedModel(named: input.options.model, for: .segment)
        var pictures: [PrewarmJob.Picture] = []
        for source in input.sources { pictures.append(try await picture(source)) }
        let job = try context.prewarm.submit(pictures, model: input.options.model, isExact: input.options.exact)
        var reply = Reply.json(
            ["job": job.json, "request_id": .string(call.exchange.requestID)], status: .accepted)
        reply.fields[.location] = "/segment/jobs/\(job.id)"
        return reply
    }

    /// Keeps a photograph that came with the request, as an upload would; a bad one fails alone.
    private func picture(_ source: ImageSource) async throws -> PrewarmJob.Picture {
        var picture = PrewarmJob.Picture(sha256: try await context.images.digest(of: source))
        guard case .bytes(let bytes) = source else { return picture }
        do { _ = try await context.images.keep(Array(bytes)) } catch {
            picture.state = .failed(APIError(describing: error))
        }
        return picture
    }
}

/// What `POST /segment/prewarm` may be asked for.
struct PrewarmOptions: RequestOptions {
    var model: String?
    var exact = false

    mutating func set(_ name: String, _ text: String) throws(APIError) {
        switch name {
        case "model": model = text.isEmpty ? nil : text
        case "exact": exact = try Self.flag(name, text)
        default: break
        }
    }

    mutating func set(_ name: String, _ value: JSONValue) throws(APIError) {
        switch (name, value) {
        case ("model", .string(let text)): try set(name, text)
        case ("exact", .bool(let flag)): exact = flag
        case ("model", _), ("exact", _): throw Self.wrongType(name)
        default: break
        }
    }
}

/// `GET /segment/jobs/{id}`: how far a job is; as server-sent events (https://html.spec.whatwg.org/#server-sent-events)
/// until it is over, for who accepts them.
struct PrewarmJobRoute: Route {
    static let patterns: [String] = ["GET /segment/jobs/{id}"]

    let context: ServerContext

    func respond(to call: inout Call) async throws -> Reply {
        let id = call.parameters["id"] ?? ""
        guard call.request.head.accepts("text/event-stream"), call.request.head.method != .head else {
            let job = try context.prewarm.job(id)
            return .json(["job": job.json, "request_id": .string(call.exchange.requestID)])
        }
        let updates = try context.prewarm.updates(of: id)
        return Reply(type: "text/event-stream") { writer, _ in
            for await job in updates {
                // The list of all photographs comes once, at the end.
                let value = job.isOver ? job.json : .members(job.progress)
                let event = job.isOver ? "done" : "progress"
                try await writer.write(Array("event: \(event)\ndata: ".utf8) + value.bytes + Array("\n\n".utf8))
            }
        }
    }
}

/// `DELETE /segment/jobs/{id}`: encode no more of a job's photographs.
struct CancelPrewarmRoute: Route {
    static let patterns: [String] = ["DELETE /segment/jobs/{id}"]

    let context: ServerContext

    func respond(to call: inout Call) async throws -> Reply {
        try context.prewarm.cancel(call.parameters["id"] ?? "")
        return Reply(status: .noContent, type: nil, body: [])
    }
}
