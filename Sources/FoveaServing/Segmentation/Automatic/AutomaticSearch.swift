import FoveaImage
import FoveaModels
import FoveaTensor

/// One search for all things on a photograph: a job of the model's queue for each batch of points, so that others get their
/// turn in between.
struct AutomaticSearch {
    /// The points of a job: about a tenth of a second of two cores.
    private static let batch = 16
    /// What all masks that were found may take together.
    private static let maskBytes = 256 << 20

    let model: LoadedModel
    let segmenter: LoadedSegmenter
    let options: AutomaticMaskOptions
    let terms: JobTerms
    let frame: ImageFrame
    let bytes: @Sendable () async throws -> ArraySlice<UInt8>
    let report: @Sendable (AutomaticMaskEvent) async throws -> Void

    /// Who is asked, if not the network.
    var predict: CropSearch.Predict?

    let crops: [ImageCrop]
    let points: Int
    private var pointsDone = 0
    private(set) var dropped = DroppedMasks()
    private(set) var timings = SegmentTimings()
    private var isAdmitted = false

    init(
        model: LoadedModel, segmenter: LoadedSegmenter, options: AutomaticMaskOptions, terms: JobTerms,
        frame: ImageFrame, bytes: @escaping @Sendable () async throws -> ArraySlice<UInt8>,
        report: @escaping @Sendable (AutomaticMaskEvent) async throws -> Void
    ) {
        (self.model, self.segmenter, self.options) = (model, segmenter, options)
        (self.terms, self.frame, self.bytes, self.report) = (terms, frame, bytes, report)
        crops = ImageCrop.crops(of: frame, layers: options.cropLayers, overlapRatio: options.cropOverlapRatio)
        points = crops.reduce(0) { $0 + PointGrid(pointsPerSide: options.pointsPerSide(inLayer: $1.layer)).count }
    }

    /// The masks that stay, best first.
    ///
    /// - Parameter whole: the embedding of the whole photograph.
    mutating func masks(_ whole: ImageEmbedding) async throws -> [AutomaticMask] {
        var found: [AutomaticMask] = []
        var image: Image?
        for crop in crops {
            var embedding = whole
            if crop.layer > 0 {
                let picture: Image
                if let image { picture = image } else { picture = try await decoded() }
                image = picture
                embedding = try await self.embedding(of: crop, in: picture)
            }
            found += try await masks(of: crop, embedding, before: found)
        }
        let options = options
        if crops.count > 1 {
            found = try await filtered(found, \.cropNMS) { $0.bestOfCrops(options) }
        }
        guard options.minMaskRegionArea > 0 else { return found }
        return try await filtered(found, \.smallRegions) { found throws(Cancelled) in
            let cleaned = try found.map { mask throws(Cancelled) in
                try Cancellation.check()
                return mask.cleaned(under: options.minMaskRegionArea)
            }
            return found.bestOfCleaned(cleaned, options)
        }
    }

    /// The masks of one crop.
    ///
    /// - Parameter others: what was found before.
    private mutating func masks(
        of crop: ImageCrop, _ embedding: ImageEmbedding, before others: [AutomaticMask]
    ) async throws -> [AutomaticMask] {
        let search = CropSearch(crop, embedding, of: frame, segmenter.network, options, predict: predict)
        var found = FoundMasks()
        var bytes = others.reduce(0) { $0 + $1.bytes }
        try await tell(others.count)
        for first in stride(from: 0, to: search.grid.count, by: Self.batch) {
            let points = first..<min(first + Self.batch, search.grid.count)
            let batch = try await job(\.decoder, cost: segmenter.promptEstimate.inference(images: points.count)) {
                try search.masks(at: points)
            }
            found = found + batch
            if !batch.masks.isEmpty { try await report(.candidates(batch.masks)) }
            bytes += batch.masks.reduce(0) { $0 + $1.bytes }
            guard bytes <= Self.maskBytes else {
                throw ServingError.invalidPrompt(
                    "the masks that were found take more than \(Self.maskBytes >> 20) MiB; raise pred_iou_thresh or "
                        + "stability_score_thresh, or lower points_per_side or crop_n_layers")
            }
            pointsDone += points.count
            try await tell(others.count + found.masks.count)
        }
        dropped = dropped + found.dropped
        let options = options
        return try await filtered(found.masks, \.boxNMS) { $0.bestOfCrop(options) }
    }

    private func tell(_ candidates: Int) async throws {
        try await report(
            .progress(AutomaticMaskProgress(points: pointsDone, pointsInAll: points, candidates: candidates)))
    }

    /// What `filter` leaves, and counts how many it dropped.
    private mutating func filtered(
        _ masks: [AutomaticMask], _ count: WritableKeyPath<DroppedMasks, Int>,
        _ filter: @escaping @Sendable ([AutomaticMask]) throws -> [AutomaticMask]
    ) async throws -> [AutomaticMask] {
        let left = try await job(\.decoder, cost: .zero) { try filter(masks) }
        dropped[keyPath: count] += masks.count - left.count
        return left
    }

    /// The whole photograph at full resolution.
    private mutating func decoded() async throws -> Image {
        let (bytes, limits) = (try await bytes(), model.limits.image)
        return try await job(\.decode, cost: model.estimate.decode(bytes: bytes.count)) {
            do throws(ImageError) { return try Image(decoding: bytes, limits: limits) } catch {
                throw ServingError.image(error)
            }
        }
    }

    private mutating func embedding(of crop: ImageCrop, in image: Image) async throws -> ImageEmbedding {
        let (model, segmenter) = (model, segmenter)
        return try await job(\.encoder, cost: model.estimate.inference()) {
            let part = image.cropped(x: crop.x, y: crop.y, width: crop.width, height: crop.height)
            return try model.encode(segmenter.tensor(of: part), segmenter).0
        }
    }

    /// Runs work on the compute pool when its turn comes. The first may be refused by the model's queue; what follows has its
    /// place there.
    private mutating func job<T: Sendable>(
        _ stage: WritableKeyPath<SegmentTimings, Duration>, cost: Duration,
        _ work: @escaping @Sendable () throws -> T
    ) async throws -> T {
        let (queue, latest) = (model.queue, ContinuousClock.now + model.limits.timeout)
        let timed: @Sendable (Duration) throws -> (T, Duration, Duration) = { waited in
            let start = ContinuousClock.now
            return (try work(), waited, .now - start)
        }
        let result: (value: T, waited: Duration, took: Duration)
        if isAdmitted {
            result = try await queue.scheduler.run(
                cost: cost, urgency: Urgency(terms.priority), until: min(terms.deadline ?? latest, latest), onLeave: {},
                timed)
        } else {
            result = try await queue.run(cost: cost, terms, timed)
            isAdmitted = true
        }
        timings.queue += result.waited
        timings[keyPath: stage] += result.took
        return result.value
    }
}
