import FoveaModels
public import FoveaTensor

extension LoadedModel {
    /// What the encoder sees in encoded photographs, each kept for prompts as if it had been asked about.
    ///
    /// - Throws: `ServingError`; `.imageOfBatch` names the photograph that could not be read.
    public func embeddings(
        ofImages images: [ArraySlice<UInt8>], isExact: Bool = false, terms: JobTerms = JobTerms()
    ) async throws -> NetworkAnswer {
        let segmenter = try segmenter
        return try await counted {
            var (elements, timings): ([Float], [StageTimings]) = ([], [])
            for (index, bytes) in images.enumerated() {
                let image = try await inBackground { SHA256Digest(of: bytes) }
                let key = EmbeddingCache.Key(encoder: segmenter.identity(isExact: isExact), image: image)
                do {
                    let (embedding, _, stages) = try await embedding(
                        key, segmenter, isExact: isExact, terms, bytes: { bytes })
                    elements += try await inBackground { embedding.elements.map(Float.init) }
                    timings.append(
                        StageTimings(decode: stages.decode, queue: stages.queue, inference: stages.encoder))
                } catch ServingError.image(let error) { throw ServingError.imageOfBatch(index: index, error) }
            }
            return NetworkAnswer(
                output: Tensor(elements, shape: segmenter.network.geometry.embeddings(images.count)),
                timings: timings)
        }
    }

    /// What the encoder sees in normalised inputs `[N, side, side, 3]`, in one job.
    public func embeddings(of input: Tensor, terms: JobTerms = JobTerms()) async throws -> NetworkAnswer {
        let (images, network) = (input.shape[0], try segmenter.network)
        return try await counted {
            try await queue.run(cost: estimate.inference(images: images), terms) { [self] waited in
                let start = ContinuousClock.now
                let embeddings = try (0..<images).map { image in
                    try network.embedding(input.sliced(0, image..<image + 1).contiguous()).values
                }
                let timings = StageTimings(decode: .zero, queue: waited, inference: .now - start)
                estimate.learn(inference: timings.inference, images: images)
                statistics.ran(images: images, timings, output: .zero)
                return NetworkAnswer(
                    output: Tensor(
                        embeddings.flatMap(\.self), shape: network.geometry.embeddings(images)),
                    timings: [timings])
            }
        }
    }
}

extension SegmenterGeometry {
    /// The shape of so many encoded images.
    fileprivate func embeddings(_ images: Int) -> Shape {
        Shape(images, embedding[1], embedding[2], embedding[3])
    }
}
