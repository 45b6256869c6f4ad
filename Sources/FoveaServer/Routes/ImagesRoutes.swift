import FoveaJSON
import FoveaHTTP
import FoveaServing
import FoveaImage
import FoveaStore
import HTTPTypes

/// `PUT /images`: keep an image, to ask about it many times.
struct UploadImageRoute: Route {
    static let patterns: [String] = ["PUT /images"]

    let context: ServerContext

    var maxBodyBytes: Int { context.configuration.maxBodyBytes }

    func respond(to call: inout Call) async throws -> Reply {
        let stored = try await context.images.keep(call.request.body)
        let (width, height) = (stored.header.width, stored.header.height)
        call.exchange.image = (stored.sha256, width, height)
        let image = JSONValue.image(width: width, height: height, sha256: stored.sha256)
        var reply = Reply.json(
            ["image": image, "request_id": .string(call.exchange.requestID)], status: stored.isNew ? .created : .ok)
        reply.fields[.location] = "/images/\(stored.sha256)"
        return reply
    }
}

/// `GET|HEAD /images/{sha256}`: the bytes of an uploaded image.
struct ImageRoute: Route {
    static let patterns: [String] = ["GET /images/{sha256}"]

    let context: ServerContext

    func respond(to call: inout Call) async throws -> Reply {
        let image = try await context.images.image(try ImageSource.id(call.parameters["sha256"] ?? ""))
        call.exchange.image = (image.metadata.sha256, image.metadata.width, image.metadata.height)
        var reply = Reply(type: image.metadata.contentType, body: image.bytes)
        reply.fields[.cacheControl] = "private, max-age=31536000, immutable"
        reply.fields[.eTag] = "\"\(image.metadata.sha256)\""
        return reply
    }
}

/// `DELETE /images/{sha256}`: forget an uploaded image.
struct DeleteImageRoute: Route {
    static let patterns: [String] = ["DELETE /images/{sha256}"]

    let context: ServerContext

    func respond(to call: inout Call) async throws -> Reply {
        let id = try ImageSource.id(call.parameters["sha256"] ?? "")
        if let digest = SHA256Digest(id) { context.registry.embeddings.forget(digest) }
        try await context.images.delete(id)
        return Reply(status: .noContent, type: nil, body: [])
    }
}
