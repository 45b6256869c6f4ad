import FoveaJSON
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
        let (request, pathID, maxBatch) = (call.request, call.parameters["sha256"], context.configuration.maxBatch)
        let input = try await inBackground {
            try ImageInput<ClassifyOptions>(of: request, pathSHA256: pathID, maxBatch: maxBatch)
        }
        let terms = try JobTerms(of: request)
        let model = try await context.registry.model(
            named: input.options.model, for: .classify, until: terms.deadline)
        call.exchange.model = (model.name, model.version)
        guard input.isBatch else {
            let answer = try await classify(input.sources[0], model, input.options, terms)
            note(answer, in: &call.exchange)
            return reply([("predictions", Self.predictions(answer))], answer, call.exchange)
        }
        let results = await batch(input, model, terms)
        for case .success(let answer) in results { note(answer, in: &call.exchange) }
        return reply(results, call.exchange)
    }

    private func classify(
        _ source: ImageSource, _ model: LoadedModel, _ options: ClassifyOptions, _ terms: JobTerms
    ) async throws -> Classification {
        let bytes = try await context.images.bytes(of: source)
        return try await model.classify(bytes, top: options.topK, isExact: options.exact, terms: terms)
    }

    /// Each image is a job of its own: a bad one fails alone, and idle cores take the next.
    private func batch(
        _ input: ImageInput<ClassifyOptions>, _ model: LoadedModel, _ terms: JobTerms
    ) async -> [Result<Classification, any Error>] {
        await withTaskGroup(of: (Int, Result<Classification, any Error>).self) { group in
            for (index, source) in input.sources.enumerated() {
                group.addTask {
                    do {
                        return (index, .success(try await classify(source, model, input.options, terms)))
                    } catch { return (index, .failure(error)) }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private func note(_ answer: Classification, in exchange: inout Exchange) {
        exchange.stages.append(answer.timings)
        guard exchange.image == nil else { return }
        exchange.image = (answer.sha256, answer.width, answer.height)
        exchange.top = answer.predictions.first.map { ($0.label, $0.score) }
    }
}

extension ClassifyRoute {
    private func reply(_ result: [(String, JSONValue)], _ answer: Classification, _ exchange: Exchange) -> Reply {
        let total = ContinuousClock.now - exchange.arrival
        var reply = Reply.json(
            .members(
                result + exchange.identity + [
                    ("image", Self.image(answer)), ("timings_ms", Self.timings(answer.timings, total: total)),
                ]))
        reply.setServerTiming([
            ("decode", answer.timings.decode), ("queue", answer.timings.queue),
            ("inference", answer.timings.inference), ("total", total),
        ])
        return reply
    }

    private func reply(_ results: [Result<Classification, any Error>], _ exchange: Exchange) -> Reply {
        let entries = results.map { result -> JSONValue in
            switch result {
            case .success(let answer):
                .members([
                    ("predictions", Self.predictions(answer)), ("image", Self.image(answer)),
                    ("timings_ms", Self.timings(answer.timings, total: nil)),
                ])
            case .failure(let error): .members(APIError(describing: error).members)
            }
        }
        let total = ContinuousClock.now - exchange.arrival
        var reply = Reply.json(
            .members(
                [("results", .array(entries))] + exchange.identity + [("timings_ms", ["total": .milliseconds(total)])]))
        reply.setServerTiming([("total", total)])
        return reply
    }

    private static func predictions(_ answer: Classification) -> JSONValue {
        .array(
            answer.predictions.map {
                ["class_id": .integer($0.classID), "label": .string($0.label), "score": .float($0.score)]
            })
    }

    private static func image(_ answer: Classification) -> JSONValue {
        ["width": .integer(answer.width), "height": .integer(answer.height), "sha256": .string(answer.sha256)]
    }

    private static func timings(_ stages: StageTimings, total: Duration?) -> JSONValue {
        .members(
            [
                ("decode", .milliseconds(stages.decode)), ("queue", .milliseconds(stages.queue)),
                ("inference", .milliseconds(stages.inference)),
            ] + (total.map { [("total", .milliseconds($0))] } ?? []))
    }
}
