import FoveaHTTP
import FoveaImage
import FoveaServing
import HTTPTypes

extension HTTPField.Name {
    /// How many bytes of a body are JSON; tensors follow.
    static let inferenceHeaderLength = literal("Inference-Header-Content-Length")
}

/// `POST /v2/models/{model}/infer`: photographs or prepared images in, scores, objects or embeddings out, by the Open Inference
/// Protocol.
struct InferRoute: Route {
    static let patterns: [String] = [
        "POST /v2/models/{model}/infer", "POST /v2/models/{model}/versions/{version}/infer",
    ]

    let context: ServerContext

    var maxBodyBytes: Int { context.configuration.maxBodyBytes }

    func admit(_ head: RequestHead, _ parameters: [String: String], _ exchange: inout Exchange) throws {
        let reference = try ModelPath(parameters).reference
        try context.admit(head, model: reference, for: context.registry.task(of: reference), &exchange)
    }

    func respond(to call: inout Call) async throws -> Reply {
        let (request, reference) = (call.request, try ModelPath(call.parameters).reference)
        let headerLength = try Self.headerLength(request.head)
        let isRaw = headerLength == 0
        let inference = try await inBackground {
            isRaw
                ? InferenceRequest(body: request.body)
                : try InferenceRequest(body: request.body, headerLength: headerLength)
        }
        let terms = try JobTerms(of: request).tightened(by: inference.parameters, since: request.receivedAt)
        let model = try await context.registry.model(
            named: reference, for: context.registry.task(of: reference), until: terms.deadline)
        call.exchange.model = (model.name, model.version)
        let interface = ModelInterface(model, maxBatch: context.configuration.maxBatch)
        let input = try await inBackground {
            try inference.requireOutputs(of: interface)
            return try isRaw ? interface.rawInput(request.body) : inference.modelInput(for: interface)
        }
        let answer = try await ModelAnswer(of: model, to: input, inference.parameters, terms)
        call.exchange.stages = answer.timings
        let limits = context.configuration.imageLimits
        let made = try await inBackground {
            let made = InferenceAnswer(to: inference, answer, of: model, isBinary: isRaw)
            return (encoded: made.encoded(), image: Self.image(input, limits), top: answer.best(of: model.labels))
        }
        (call.exchange.image, call.exchange.top) = (made.image, made.top)
        return Self.reply(made.encoded)
    }

    /// The first photograph, for the log.
    private static func image(_ input: ModelInput, _ limits: ImageLimits) -> (sha256: String, width: Int, height: Int)?
    {
        guard case .images(let images) = input, let first = images.first,
            let header = try? ImageHeader(reading: first, limits: limits)
        else { return nil }
        return (SHA256Digest(of: first).description, header.width, header.height)
    }

    private static func reply(_ encoded: (body: [UInt8], headerLength: Int?)) -> Reply {
        var reply = Reply(
            type: encoded.headerLength == nil ? "application/json" : "application/octet-stream", body: encoded.body)
        reply.fields[.cacheControl] = "no-store"
        if let length = encoded.headerLength { reply.fields[.inferenceHeaderLength] = "\(length)" }
        return reply
    }

    private static func headerLength(_ head: RequestHead) throws(APIError) -> Int? {
        let values = head.fields[values: .inferenceHeaderLength]
        guard let text = values.first else { return nil }
        guard values.count == 1, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(text) else {
            throw APIError(
                .malformedRequest,
                "Inference-Header-Content-Length is \"\(text.prefix(64))\"; it must be the number of bytes of JSON, once"
            )
        }
        return length
    }
}
