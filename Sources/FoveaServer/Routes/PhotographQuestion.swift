import FoveaModels
import FoveaServing

/// What is asked of photographs that are answered each by itself, as `/classify` and `/detect` are.
struct PhotographQuestion<Options: RequestOptions>: Sendable {
    let input: ImageInput<Options>
    let terms: JobTerms
    /// Who answers.
    let model: LoadedModel
    private let images: ImageLibrary

    /// Reads the photographs and options of a request and finds the model that answers.
    init(_ call: inout Call, for task: ModelTask, in context: ServerContext) async throws {
        let (request, pathID, maxBatch) = (call.request, call.parameters["sha256"], context.configuration.maxBatch)
        input = try await inBackground {
            try ImageInput<Options>(of: request, pathSHA256: pathID, maxBatch: maxBatch)
        }
        terms = try JobTerms(of: request)
        model = try await context.registry.model(named: input.options.model, for: task, until: terms.deadline)
        images = context.images
        call.exchange.model = (model.name, model.version)
    }

    /// Answers in JSON, and notes the answers for the log and the metrics.
    ///
    /// - Parameter ask: lets the model answer about the bytes of one photograph.
    func reply<Answer: PhotographAnswer>(
        to call: inout Call, _ ask: @escaping @Sendable (ArraySlice<UInt8>) async throws -> Answer
    ) async throws -> Reply {
        guard input.isBatch else {
            let answer = try await self.answer(input.sources[0], ask)
            call.exchange.note(answer)
            return .answer(answer, call.exchange)
        }
        let results = await answers(ask)
        for case .success(let answer) in results { call.exchange.note(answer) }
        return .answers(results, call.exchange)
    }

    /// The answer about one photograph.
    func answer<Answer: PhotographAnswer>(
        _ source: ImageSource, _ ask: @Sendable (ArraySlice<UInt8>) async throws -> Answer
    ) async throws -> Answer {
        try await ask(try await images.bytes(of: source))
    }

    /// Each image is a job of its own: a bad one fails alone, and idle cores take the next.
    private func answers<Answer: PhotographAnswer>(
        _ ask: @escaping @Sendable (ArraySlice<UInt8>) async throws -> Answer
    ) async -> [Result<Answer, any Error>] {
        await withTaskGroup(of: (Int, Result<Answer, any Error>).self) { group in
            for (index, source) in input.sources.enumerated() {
                group.addTask {
                    do { return (index, .success(try await answer(source, ask))) } catch {
                        return (index, .failure(error))
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }
}
