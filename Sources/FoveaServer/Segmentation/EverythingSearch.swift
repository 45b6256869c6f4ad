import FoveaHTTP
import FoveaImage
import FoveaJSON
import FoveaServing
import HTTPTypes
import Synchronization

/// `POST /segment` without a prompt: masks of everything, as one answer, as a picture, or line by line while the search
/// goes on. It ends when the client leaves.
struct EverythingSearch: Sendable {
    private let model: LoadedModel
    private let source: ImageSource
    private let options: SegmentOptions
    private let parameters: AutomaticMaskOptions
    private let terms: JobTerms
    private let images: ImageLibrary
    private let slots: SearchSlots

    /// Throws `APIError` if the parameters don't go together.
    init(
        model: LoadedModel, source: ImageSource, options: SegmentOptions, terms: JobTerms, in context: ServerContext
    ) throws(APIError) {
        (self.model, self.source, self.options, self.terms) = (model, source, options, terms)
        (images, slots) = (context.images, context.searches)
        parameters = try options.everything
    }

    func reply(to call: inout Call) async throws -> Reply {
        let head = call.request.head
        if head.accepts("application/x-ndjson") { return try await stream() }
        let found = Mutex<[AutomaticMask]>([])
        let answer = try await run { event in
            if case .mask(let mask) = event { found.withLock { $0.append(mask) } }
        }
        let masks = found.withLock { $0 }
        call.exchange.note(answer.timings, answer.frame, sha256: answer.sha256)
        if head.accepts("image/png") {
            return .png(try await images.picture(over: source) { MaskMosaic()(masks.map(\.mask), over: $0) })
        }
        let stages = answer.timings.stages(total: .now - call.exchange.arrival)
        let (options, exchange) = (options, call.exchange)
        var reply = try await inBackground {
            let masks = JSONValue.array(masks.map { SegmentationAnswer.mask($0, options) })
            return Reply.json(
                .members(
                    [("results", [["masks": masks]])] + answer.summary
                        + exchange.description(of: answer.frame, sha256: answer.sha256, stages)))
        }
        reply.setServerTiming(stages)
        return reply
    }

    private func run(
        _ report: @escaping @Sendable (AutomaticMaskEvent) async throws -> Void
    ) async throws -> AutomaticSegmentation {
        let (images, source) = (images, source)
        return try await slots.use {
            try await model.segmentEverything(
                try await images.digest(of: source), parameters, terms: terms,
                bytes: { try await images.bytes(of: source) }, report: report)
        }
    }

    // MARK: Line by line

    private enum Step: Sendable {
        case event(AutomaticMaskEvent)
        case end(AutomaticSegmentation)
    }

    /// The search's events as lines of JSON (https://github.com/ndjson/ndjson-spec). What refuses it before its first event
    /// is an error like any other; later ones are a last line.
    private func stream() async throws -> Reply {
        let (steps, continuation) = AsyncThrowingStream.makeStream(of: Step.self)
        let search = Task {
            do {
                continuation.yield(.end(try await run { continuation.yield(.event($0)) }))
                continuation.finish()
            } catch { continuation.finish(throwing: error) }
        }
        continuation.onTermination = { _ in search.cancel() }
        var iterator = steps.makeAsyncIterator()
        guard let first = try await iterator.next() else { throw ServingError.cancelled }
        return Reply(type: "application/x-ndjson") { writer, exchange in
            do {
                try await write(first, to: writer, &exchange)
                for try await step in steps { try await write(step, to: writer, &exchange) }
            } catch let error as CancellationError { throw error } catch {
                let known = APIError(describing: error)
                exchange.errorCode = known.code
                try await write(
                    .members(known.members + [("request_id", .string(exchange.requestID))]), to: writer)
            }
        }
    }

    private func write(_ step: Step, to writer: BodyWriter, _ exchange: inout Exchange) async throws {
        switch step {
        case .event(.progress(let progress)): try await write(["progress": progress.json], to: writer)
        case .event(.mask(let mask)): try await write("mask", mask, to: writer)
        case .event(.candidates(let masks)):
            guard options.streamsCandidates else { return }
            for mask in masks { try await write("candidate", mask, to: writer) }
        case .end(let answer):
            exchange.note(answer.timings, answer.frame, sha256: answer.sha256)
            let stages = answer.timings.stages(total: .now - exchange.arrival)
            try await write(
                [
                    "done": .members(
                        [("masks", .integer(answer.masks))] + answer.summary
                            + exchange.description(of: answer.frame, sha256: answer.sha256, stages))
                ], to: writer)
        }
    }

    private func write(_ name: String, _ mask: AutomaticMask, to writer: BodyWriter) async throws {
        let options = options
        let line = try await inBackground { JSONValue.members([(name, SegmentationAnswer.mask(mask, options))]) }
        try await write(line, to: writer)
    }

    private func write(_ line: JSONValue, to writer: BodyWriter) async throws {
        try await writer.write(line.bytes + [UInt8(ascii: "\n")])
    }
}

extension AutomaticMaskProgress {
    fileprivate var json: JSONValue {
        [
            "points": .integer(points), "points_in_all": .integer(pointsInAll), "candidates": .integer(candidates),
        ]
    }
}

extension AutomaticSegmentation {
    /// What there is to say of a search beside its masks.
    fileprivate var summary: [(String, JSONValue)] {
        [
            ("points", .integer(points)), ("crops", .integer(crops)), ("dropped", dropped.json),
            ("embedding", .string(origin.rawValue)),
        ]
    }
}
