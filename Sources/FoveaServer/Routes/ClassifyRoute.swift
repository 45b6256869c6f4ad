import FoveaHTTP
import FoveaModels
import FoveaServing
import HTTPTypes

/// `POST /classify`: photographs in, labels with probabilities out. `PUT` does the same, for `curl -T`.
struct ClassifyRoute: Route {
    static let patterns: [String] = ["POST /classify", "PUT /classify", "POST /images/{sha256}/classify"]

    let context: ServerContext

    var maxBodyBytes: Int { context.configuration.maxBodyBytes }

    func admit(_ head: RequestHead, _ parameters: [String: String], _ exchange: inout Exchange) throws {
        try context.admit(head, model: ClassifyOptions(query: head.query).model, for: .classify, &exchange)
    }

    func respond(to call: inout Call) async throws -> Reply {
        let question = try await PhotographQuestion<ClassifyOptions>(&call, for: .classify, in: context)
        let options = question.input.options
        return try await question.reply(to: &call) { bytes in
            try await question.model.classify(bytes, top: options.topK, isExact: options.exact, terms: question.terms)
        }
    }
}
