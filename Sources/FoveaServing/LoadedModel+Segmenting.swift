import FoveaImage
import FoveaJSON
import FoveaModels
import FoveaTensor
import Synchronization

extension LoadedModel {
    /// How masks are wanted.
    public struct SegmentOptions: Sendable, Equatable {
        /// Three masks for each prompt, or one; nil for three where a prompt is a single point.
        public var multimask: Bool?
        /// Decode at full resolution even where a scaled decode would do.
        public var isExact: Bool

        public init(multimask: Bool? = nil, isExact: Bool = false) {
            (self.multimask, self.isExact) = (multimask, isExact)
        }
    }

    /// The most prompts of one request.
    public static let promptLimit = 256

    /// Cuts out of a photograph what each prompt means.
    ///
    /// - Parameters:
    ///   - image: the digest of the photograph's bytes.
    ///   - bytes: reads a JPEG or PNG file; called where its embedding is not kept.
    /// - Throws: `ServingError`, or what `bytes` throws.
    public func segment(
        _ image: SHA256Digest, prompts: [SegmentPrompt], _ options: SegmentOptions = SegmentOptions(),
        terms: JobTerms = JobTerms(), bytes: @escaping @Sendable () async throws -> ArraySlice<UInt8>
    ) async throws -> Segmentation {
        let segmenter = try segmenter
        guard !prompts.isEmpty else { throw ServingError.invalidPrompt("there is no prompt; give points or boxes") }
        guard prompts.count <= Self.promptLimit else {
            throw ServingError.invalidPrompt("\(prompts.count) prompts; \(Self.promptLimit) are allowed in one request")
        }
        return try await counted { () async throws -> Segmentation in
            let key = EmbeddingCache.Key(encoder: segmenter.identity(isExact: options.isExact), image: image)
            var (embedding, origin, timings) = try await embedding(
                key, segmenter, isExact: options.isExact, terms, bytes: bytes)
            let (results, queued, decoder) = try await masks(prompts, embedding, key, segmenter, options, terms)
            segmenter.embeddings.trim()
            timings.queue += queued
            timings.decoder = decoder
            return Segmentation(
                results: results, frame: embedding.frame, sha256: image.description, origin: origin, timings: timings)
        }
    }

    /// Makes sure that a photograph's embedding is kept, when there is nothing more urgent to do.
    ///
    /// - Throws: `ServingError`, or what `bytes` throws.
    public func prewarm(
        _ image: SHA256Digest, isExact: Bool, bytes: @escaping @Sendable () async throws -> ArraySlice<UInt8>
    ) async throws -> EmbeddingOrigin {
        let segmenter = try segmenter
        let key = EmbeddingCache.Key(encoder: segmenter.identity(isExact: isExact), image: image)
        return try await embedding(key, segmenter, isExact: isExact, .background, bytes: bytes).1
    }

    /// The embedding of a photograph: the one that is kept, or else a new one that is kept from then on.
    ///
    /// - Throws: `ServingError`, or what `bytes` throws.
    func embedding(
        _ key: EmbeddingCache.Key, _ segmenter: LoadedSegmenter, isExact: Bool, _ terms: JobTerms,
        bytes: @escaping @Sendable () async throws -> ArraySlice<UInt8>
    ) async throws -> (ImageEmbedding, EmbeddingOrigin, SegmentTimings) {
        let latest = terms.isBackground ? .distantFuture : ContinuousClock.now + limits.timeout
        let encoding = StageClock()
        let (embedding, origin) = try await segmenter.embeddings.embedding(
            key, segmenter.network.geometry, scheduler: queue.scheduler, priority: terms.priority,
            until: min(terms.deadline ?? latest, latest)
        ) { [self] urgency in
            // It goes on for others when this request ends.
            var terms = terms
            terms.deadline = nil
            return try await embed(try await bytes(), segmenter, isExact: isExact, terms, urgency, encoding)
        }
        return (embedding, origin, encoding.timings)
    }

    private func embed(
        _ bytes: ArraySlice<UInt8>, _ segmenter: LoadedSegmenter, isExact: Bool, _ terms: JobTerms,
        _ urgency: Urgency, _ clock: StageClock
    ) async throws -> ImageEmbedding {
        let cost = estimate.decode(bytes: bytes.count) + estimate.inference()
        return try await queue.run(cost: cost, terms, urgency: urgency) { [self] waited -> ImageEmbedding in
            let start = ContinuousClock.now
            let input: (tensor: Tensor, frame: ImageFrame)
            do throws(ImageError) {
                input = try segmenter.tensor(decoding: bytes, isExact: isExact, limits: limits.image)
            } catch { throw ServingError.image(error) }
            let decoding = ContinuousClock.now - start
            estimate.learn(decode: decoding, bytes: bytes.count)
            let (embedding, encoding) = try encode(input, segmenter, decoding: decoding, waited: waited)
            clock.note(StageTimings(decode: decoding, queue: waited, inference: encoding))
            return embedding
        }
    }

    /// What the encoder makes of its input, on the calling thread, and how long it took.
    func encode(
        _ input: (tensor: Tensor, frame: ImageFrame), _ segmenter: LoadedSegmenter, decoding: Duration = .zero,
        waited: Duration = .zero
    ) throws(Cancelled) -> (ImageEmbedding, Duration) {
        let start = ContinuousClock.now
        let embedding = ImageEmbedding(try segmenter.network.embedding(input.tensor), frame: input.frame)
        let timings = StageTimings(decode: decoding, queue: waited, inference: .now - start)
        estimate.learn(inference: timings.inference, images: 1)
        statistics.ran(images: 1, timings, output: .zero)
        return (embedding, timings.inference)
    }

    private func masks(
        _ prompts: [SegmentPrompt], _ embedding: ImageEmbedding, _ key: EmbeddingCache.Key,
        _ segmenter: LoadedSegmenter,
        _ options: SegmentOptions, _ terms: JobTerms
    ) async throws -> (results: [[Segmentation.Mask]], queued: Duration, decoder: Duration) {
        let (frame, shelf) = (embedding.frame, segmenter.embeddings.masks)
        let asked = try prompts.enumerated().map { number, prompt in
            try prompt.check(in: frame, number: number)
            let logits = prompt.mask.map { shelf.logits($0, of: key) }
            if case .some(.none) = logits {
                throw ServingError.invalidPrompt(
                    "prompt \(number): there is no mask \"\(prompt.mask?.printable ?? "")\" of this image any more; "
                        + "send its points again")
            }
            let choice: MaskChoice = options.multimask ?? prompt.isAmbiguous ? .multiple : .single
            return (prompt: prompt.prompt(in: frame, logits: logits ?? nil), choice: choice)
        }
        let cost = segmenter.promptEstimate.inference(images: prompts.count)
        return try await queue.run(cost: cost, terms) { waited -> ([[Segmentation.Mask]], Duration, Duration) in
            let start = ContinuousClock.now
            let geometry = segmenter.network.geometry
            let prepared = embedding.prepared(by: segmenter.network)
            let upsampler = MaskUpsampler(
                logitsSide: geometry.maskSide, inputSide: geometry.side, resizedHeight: frame.seen.height,
                resizedWidth: frame.seen.width, height: frame.height, width: frame.width)
            let results = try ComputePool.map(count: asked.count) { index -> [Segmentation.Mask] in
                let (prompt, choice) = asked[index]
                let predicted = try prepared.masks(for: prompt, choice)
                return try ComputePool.map(count: predicted.overlaps.count) { number -> Segmentation.Mask in
                    let side = geometry.maskSide
                    let logits = predicted.logits.sliced(0, number..<number + 1).reshaped([side, side])
                    let upsampled = logits.withElements { upsampler($0) }
                    return Segmentation.Mask(
                        mask: upsampled.mask, predictedIoU: predicted.overlaps[number],
                        stabilityScore: upsampled.stabilityScore, id: shelf.keep(logits, of: key), logits: logits)
                }.sorted { $0.predictedIoU > $1.predictedIoU }
            }
            let duration = ContinuousClock.now - start
            segmenter.promptEstimate.learn(inference: duration, images: asked.count)
            return (results, waited, duration)
        }
    }
}

/// Carries the timings of a computation to the request that began it.
private final class StageClock: Sendable {
    private let noted = Mutex(SegmentTimings())

    var timings: SegmentTimings { noted.withLock { $0 } }

    func note(_ stages: StageTimings) {
        noted.withLock { $0 = SegmentTimings(decode: stages.decode, queue: stages.queue, encoder: stages.inference) }
    }
}
