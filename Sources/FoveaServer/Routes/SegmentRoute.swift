import FoveaHTTP
import FoveaImage
import FoveaJSON
import FoveaModels
import FoveaServing
import HTTPTypes

/// `POST /segment`: a photograph and prompts in, masks out; without a prompt, masks of everything. `PUT` does the same, for
/// `curl -T`.
struct SegmentRoute: Route {
    static let patterns: [String] = ["POST /segment", "PUT /segment", "POST /images/{sha256}/segment"]

    let context: ServerContext

    var maxBodyBytes: Int { context.configuration.maxBodyBytes }

    func admit(_ head: RequestHead, _ parameters: [String: String], _ exchange: inout Exchange) throws {
        try context.admit(head, model: SegmentOptions(query: head.query).model, for: .segment, &exchange)
    }

    func respond(to call: inout Call) async throws -> Reply {
        let (request, pathID) = (call.request, call.parameters["sha256"])
        let asked = try await inBackground {
            let input = try ImageInput<SegmentOptions>(of: request, pathSHA256: pathID, maxBatch: 1)
            return (source: input.sources[0], options: input.options, prompts: try input.options.prompts)
        }
        let (options, prompts, source) = (asked.options, asked.prompts, asked.source)
        let terms = try JobTerms(of: request)
        let model = try await context.registry.model(named: options.model, for: .segment, until: terms.deadline)
        call.exchange.model = (model.name, model.version)
        if prompts.isEmpty {
            let search = try EverythingSearch(
                model: model, source: source, options: options, terms: terms, in: context)
            return try await search.reply(to: &call)
        }
        let images = context.images
        let answer = try await model.segment(
            try await images.digest(of: source), prompts: prompts,
            .init(multimask: options.multimask, isExact: options.exact), terms: terms,
            bytes: { try await images.bytes(of: source) })
        call.exchange.note(answer.timings, answer.frame, sha256: answer.sha256)
        if request.head.accepts("image/png") { return try await picture(answer, options, source) }
        let results = try await inBackground { SegmentationAnswer.results(answer, options) }
        return reply(results, answer, call.exchange)
    }

    /// The best mask of the first prompt, by itself or over the photograph.
    private func picture(
        _ answer: Segmentation, _ options: SegmentOptions, _ source: ImageSource
    ) async throws -> Reply {
        guard let mask = answer.results.first?.first?.mask else { throw APIError(.internalError, "there is no mask") }
        guard options.rendering == .overlay else { return .png(try await inBackground { mask.pngData() }) }
        return .png(try await context.images.picture(over: source) { MaskOverlay()(mask, over: $0) })
    }

    private func reply(_ results: JSONValue, _ answer: Segmentation, _ exchange: Exchange) -> Reply {
        let stages = answer.timings.stages(total: .now - exchange.arrival)
        var reply = Reply.json(
            .members(
                [("results", results), ("embedding", .string(answer.origin.rawValue))]
                    + exchange.description(of: answer.frame, sha256: answer.sha256, stages)))
        reply.setServerTiming(stages)
        return reply
    }
}
