import FoveaImage
import FoveaModels
import FoveaTensor

/// Asks the network about points of one crop, and keeps the masks that are good enough by themselves.
///
/// Where the reference makes all masks of a batch at the size of the photograph, here a mask is dropped before that if its
/// predicted overlap is too low, and of the others one a thread is made at a time.
struct CropSearch: Sendable {
    let crop: ImageCrop
    let frame: ImageFrame
    let grid: PointGrid
    let options: AutomaticMaskOptions
    /// The masks that a prompt may mean; those of too low predicted overlap may be missing.
    typealias Predict = @Sendable (Prompt, any PreparedImage) throws -> PredictedMasks

    private let embedding: ImageEmbedding
    private let network: any Segmenter
    private let thresholds: MaskThresholds
    private let predict: Predict
    private let upsampler: MaskUpsampler

    /// - Parameters:
    ///   - embedding: of the crop.
    ///   - frame: of the photograph.
    ///   - predict: asks something else than the network.
    init(
        _ crop: ImageCrop, _ embedding: ImageEmbedding, of frame: ImageFrame, _ network: any Segmenter,
        _ options: AutomaticMaskOptions, predict: Predict? = nil
    ) {
        (self.crop, self.embedding, self.frame) = (crop, embedding, frame)
        (self.network, self.options) = (network, options)
        let thresholds = MaskThresholds(
            predictedIoU: options.predictedIoUThreshold ?? network.thresholds.predictedIoU,
            stabilityScore: options.stabilityScoreThreshold ?? network.thresholds.stabilityScore)
        let threshold = thresholds.predictedIoU == 0 ? nil : Float(thresholds.predictedIoU)
        self.thresholds = thresholds
        self.predict = predict ?? { try $1.masks(for: $0, .multiple, over: threshold) }
        grid = PointGrid(pointsPerSide: options.pointsPerSide(inLayer: crop.layer))
        let (geometry, seen) = (network.geometry, embedding.frame.seen)
        upsampler = MaskUpsampler(
            logitsSide: geometry.maskSide, inputSide: geometry.side, resizedHeight: seen.height,
            resizedWidth: seen.width, height: crop.height, width: crop.width)
    }

    /// What is found at the points of these numbers, in their order. Throws `Cancelled` when nobody waits for it any more.
    func masks(at points: Range<Int>) throws -> FoundMasks {
        let prepared = embedding.prepared(by: network)
        return try ComputePool.map(count: points.count) { try masks(at: points.lowerBound + $0, on: prepared) }
            .reduce(FoundMasks(), +)
    }

    private func masks(at number: Int, on prepared: any PreparedImage) throws -> FoundMasks {
        let share = grid[number]
        let (x, y) = (share.x * Double(crop.width), share.y * Double(crop.height))
        let place = embedding.frame.place(x, y)
        let prompt = Prompt(points: [.init(x: place.x, y: place.y, label: .foreground)])
        var found = FoundMasks()
        let predicted = try predict(prompt, prepared)
        found.dropped.predictedIoU += MaskChoice.multiple.count - predicted.overlaps.count
        for (mask, overlap) in predicted.overlaps.enumerated() {
            try Cancellation.check()
            guard thresholds.predictedIoU == 0 || overlap > Float(thresholds.predictedIoU) else {
                found.dropped.predictedIoU += 1
                continue
            }
            let upsampled = predicted.logits.sliced(0, mask..<mask + 1).withElements {
                upsampler($0, stabilityOffset: Float(options.stabilityScoreOffset))
            }
            add(upsampled, overlap, x: x, y: y, to: &found)
        }
        return found
    }

    /// Keeps a mask of the crop if it is good enough.
    private func add(
        _ upsampled: MaskUpsampler.Upsampled, _ overlap: Float, x: Double, y: Double, to found: inout FoundMasks
    ) {
        // Compared in single precision, as the reference does: 19 of 20 pixels are 0.95.
        let stability = upsampled.stabilityScore ?? .nan
        guard thresholds.stabilityScore == 0 || stability >= Float(thresholds.stabilityScore) else {
            found.dropped.stabilityScore += 1
            return
        }
        let box = Box(pixels: upsampled.mask.bounds).shifted(x: crop.x, y: crop.y)
        guard !crop.cuts(box, of: frame) else {
            found.dropped.cropEdge += 1
            return
        }
        found.masks.append(
            AutomaticMask(
                mask: upsampled.mask.placed(x: crop.x, y: crop.y, height: frame.height, width: frame.width), box: box,
                predictedIoU: overlap, stabilityScore: upsampled.stabilityScore, x: x + Double(crop.x),
                y: y + Double(crop.y), crop: crop))
    }
}

extension Box {
    fileprivate func shifted(x: Int, y: Int) -> Box {
        Box(x0: x0 + Float(x), y0: y0 + Float(y), x1: x1 + Float(x), y1: y1 + Float(y))
    }
}
