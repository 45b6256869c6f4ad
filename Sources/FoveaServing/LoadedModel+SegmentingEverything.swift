import FoveaImage

extension LoadedModel {
    /// Looks for all things on a photograph: asks about a grid of points and tells which masks are good, each thing's once.
    ///
    /// It takes seconds to minutes, in pieces of a tenth of a second between which other jobs of the same priority get their
    /// turn. When the calling task is cancelled it ends within a piece.
    ///
    /// - Parameters:
    ///   - image: the digest of the photograph's bytes.
    ///   - bytes: reads a JPEG or PNG file; called where its embedding is not kept, and for `cropLayers`.
    ///   - report: is told how it goes, and then of the masks; the search waits for it.
    /// - Throws: `ServingError`, `.invalidPrompt` if a parameter is out of its range; or what `bytes` or `report` throw.
    public func segmentEverything(
        _ image: SHA256Digest, _ options: AutomaticMaskOptions = AutomaticMaskOptions(), terms: JobTerms = JobTerms(),
        bytes: @escaping @Sendable () async throws -> ArraySlice<UInt8>,
        report: @escaping @Sendable (AutomaticMaskEvent) async throws -> Void
    ) async throws -> AutomaticSegmentation {
        let segmenter = try segmenter
        try options.check()
        return try await counted { () async throws -> AutomaticSegmentation in
            let (embedding, origin, timings) = try await embedding(
                EmbeddingCache.Key(encoder: segmenter.identity(isExact: options.isExact), image: image), segmenter,
                isExact: options.isExact, terms,
                bytes: bytes)
            var search = AutomaticSearch(
                model: self, segmenter: segmenter, options: options, terms: terms, frame: embedding.frame,
                bytes: bytes, report: report)
            let masks = try await search.masks(embedding)
            segmenter.embeddings.trim()
            for mask in masks { try await report(.mask(mask)) }
            return AutomaticSegmentation(
                frame: embedding.frame, sha256: image.description, origin: origin, timings: timings + search.timings,
                crops: search.crops.count, points: search.points, masks: masks.count, dropped: search.dropped)
        }
    }
}
