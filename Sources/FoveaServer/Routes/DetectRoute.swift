import FoveaHTTP
import FoveaImage
import FoveaModels
import FoveaServing
import HTTPTypes

/// `POST /detect`: photographs in, boxes with labels out. `PUT` does the same, for `curl -T`.
struct DetectRoute: Route {
    static let patterns: [String] = ["POST /detect", "PUT /detect", "POST /images/{sha256}/detect"]

    let context: ServerContext

    var maxBodyBytes: Int { context.configuration.maxBodyBytes }

    func admit(_ head: RequestHead, _ parameters: [String: String], _ exchange: inout Exchange) throws {
        try context.admit(head, model: DetectOptions(query: head.query).model, for: .detect, &exchange)
    }

    func respond(to call: inout Call) async throws -> Reply {
        let question = try await PhotographQuestion<DetectOptions>(&call, for: .detect, in: context)
        let asked = question.input.options
        let options = LoadedModel.DetectOptions(objects: asked.objects, tiles: asked.tiles, isExact: asked.exact)
        let namer = try await context.registry.namer(of: question.model, until: question.terms.deadline)
        let ask: @Sendable (ArraySlice<UInt8>) async throws -> Detection = { bytes in
            try await question.model.detect(bytes, options, namer: namer, terms: question.terms)
        }
        guard call.request.head.accepts("image/png") else { return try await question.reply(to: &call, ask) }
        guard !question.input.isBatch else {
            throw APIError(.invalidParameter, "a picture shows one image; send one, or ask for JSON")
        }
        let source = question.input.sources[0]
        let answer = try await question.answer(source, ask)
        call.exchange.note(answer)
        return .png(try await context.images.picture(over: source) { BoxOverlay()(answer.overlay, over: $0) })
    }
}
