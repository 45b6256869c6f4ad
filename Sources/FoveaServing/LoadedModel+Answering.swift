import FoveaImage
import FoveaModels
public import FoveaTensor

extension LoadedModel {
    /// Classifies one encoded photograph on the compute pool, when its turn comes.
    ///
    /// - Parameters:
    ///   - bytes: a JPEG or PNG file.
    ///   - top: how many predictions to return, at most.
    ///   - isExact: decode at full resolution even where a scaled decode would do.
    /// - Throws: `ServingError`.
    public func classify(
        _ bytes: ArraySlice<UInt8>, top: Int, isExact: Bool = false, terms: JobTerms = JobTerms()
    ) async throws -> Classification {
        let classifier = try classifier
        let classified: Answer<(predictions: [Classification.Prediction], sha256: String)> = try await counted {
            try await answer(bytes, classifier, isExact: isExact, terms) { logits in
                (classifier.predictions(logits, top), SHA256Digest(of: bytes).description)
            }
        }
        return Classification(
            predictions: classified.output.predictions, width: classified.header.width,
            height: classified.header.height,
            sha256: classified.output.sha256, timings: classified.timings)
    }

    /// What the network says of encoded photographs, each a job of its own.
    ///
    /// - Throws: `ServingError`; `.imageOfBatch` names the photograph that could not be read.
    public func logits(
        ofImages images: [ArraySlice<UInt8>], isExact: Bool = false, terms: JobTerms = JobTerms()
    ) async throws -> NetworkAnswer {
        let classifier = try classifier
        let rows = try await counted {
            try await answers(to: images) { [self] bytes in
                try await answer(bytes, classifier, isExact: isExact, terms) { $0.values }
            }
        }
        return NetworkAnswer(
            output: Tensor(rows.flatMap(\.output), shape: [rows.count, classes]), timings: rows.map(\.timings))
    }

    /// What the network says of normalised inputs `[N, H, W, 3]` of its own size, in one run.
    public func logits(of input: Tensor, terms: JobTerms = JobTerms()) async throws -> NetworkAnswer {
        let (images, network) = (input.shape[0], try classifier.network)
        return try await counted {
            try await queue.run(cost: estimate.inference(images: images), terms) { [self] waited in
                let start = ContinuousClock.now
                let logits = try network.logits(input)
                let timings = StageTimings(decode: .zero, queue: waited, inference: .now - start)
                estimate.learn(inference: timings.inference, images: images)
                statistics.ran(images: images, timings, output: .zero)
                return NetworkAnswer(output: logits, timings: [timings])
            }
        }
    }

    private struct Answer<Output: Sendable>: Sendable {
        let output: Output
        let header: ImageHeader
        let timings: StageTimings
    }

    /// Decodes a photograph, runs the network, and lets `finish` make something of its logits `[1, classes]`.
    private func answer<Output: Sendable>(
        _ bytes: ArraySlice<UInt8>, _ classifier: LoadedClassifier, isExact: Bool, _ terms: JobTerms,
        _ finish: @escaping @Sendable (Tensor) throws -> Output
    ) async throws -> Answer<Output> {
        if let batcher = classifier.batcher {
            try await answer(bytes, classifier, isExact: isExact, terms, batcher, finish)
        } else {
            try await answerAlone(bytes, classifier, isExact: isExact, terms, finish)
        }
    }

    private func answerAlone<Output: Sendable>(
        _ bytes: ArraySlice<UInt8>, _ classifier: LoadedClassifier, isExact: Bool, _ terms: JobTerms,
        _ finish: @escaping @Sendable (Tensor) throws -> Output
    ) async throws -> Answer<Output> {
        let cost = estimate.decode(bytes: bytes.count) + estimate.inference()
        return try await queue.run(cost: cost, terms) { [self] waited in
            let picture = try decode(bytes, classifier, isExact: isExact)
            let start = ContinuousClock.now
            let logits = try classifier.network.logits(picture.pixels)
            let timings = StageTimings(decode: picture.duration, queue: waited, inference: .now - start)
            return try completed(logits, picture.header, timings, images: 1, finish)
        }
    }

    /// Decodes alone, so that a broken picture fails alone, and keeps its place until the network runs.
    private func answer<Output: Sendable>(
        _ bytes: ArraySlice<UInt8>, _ classifier: LoadedClassifier, isExact: Bool, _ terms: JobTerms,
        _ batcher: Batcher,
        _ finish: @escaping @Sendable (Tensor) throws -> Output
    ) async throws -> Answer<Output> {
        let decoding = estimate.decode(bytes: bytes.count)
        let place = try queue.admit(cost: decoding + estimate.inference(), terms)
        defer { place.leave() }
        let (picture, waited) = try await queue.scheduler.run(
            cost: decoding, urgency: Urgency(terms.priority), until: place.deadline, onLeave: {}
        ) { [self] waited in (try decode(bytes, classifier, isExact: isExact), waited) }
        let row = try await batcher.run(
            picture.pixels, cost: estimate.inference(), priority: terms.priority, until: place.deadline,
            onLeave: place.leave)
        let timings = StageTimings(decode: picture.duration, queue: waited + row.waited, inference: row.inference)
        return try completed(row.logits, picture.header, timings, images: row.images, finish)
    }

    private struct Picture: Sendable {
        let pixels: PixelBatch
        let header: ImageHeader
        let duration: Duration
    }

    private func decode(
        _ bytes: ArraySlice<UInt8>, _ classifier: LoadedClassifier, isExact: Bool
    ) throws(ServingError) -> Picture {
        let start = ContinuousClock.now
        do {
            let (pixels, header) = try classifier.pixels(decoding: bytes, isExact: isExact, limits: limits.image)
            let duration = ContinuousClock.now - start
            estimate.learn(decode: duration, bytes: bytes.count)
            return Picture(pixels: pixels, header: header, duration: duration)
        } catch { throw .image(error) }
    }

    private func completed<Output>(
        _ logits: Tensor, _ header: ImageHeader, _ timings: StageTimings, images: Int,
        _ finish: (Tensor) throws -> Output
    ) throws -> Answer<Output> {
        let start = ContinuousClock.now
        let output = try finish(logits)
        estimate.learn(inference: timings.inference, images: images)
        statistics.ran(images: images, timings, output: .now - start)
        return Answer(output: output, header: header, timings: timings)
    }

    /// Counts what `work` makes of one request.
    func counted<R>(_ work: () async throws -> R) async throws -> R {
        let start = ContinuousClock.now
        do {
            let result = try await work()
            statistics.succeeded(after: .now - start)
            return result
        } catch {
            statistics.failed(error, after: .now - start)
            throw error
        }
    }
}

extension LoadedClassifier {
    func predictions(_ logits: Tensor, _ top: Int) -> [Classification.Prediction] {
        logits.softmax().top(top).map { index, score in
            Classification.Prediction(classID: index, label: labels[index], score: score)
        }
    }
}

/// What a network said of some images.
public struct NetworkAnswer: Sendable {
    /// Logits `[N, classes]` of a classifier, embeddings `[N, 64, 64, 256]` of a segmenter.
    public let output: Tensor
    /// One entry for each job that it took.
    public let timings: [StageTimings]
}
