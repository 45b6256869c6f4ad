import FoveaImage
public import FoveaServing

/// How well a segmenter cuts out the things on the photographs of a dataset: by a box, and by clicks of which each but the first
/// corrects the largest error.
public struct SegmenterEvaluation: Sendable {
    /// What came of one thing: the intersection over union of the best mask by the model's own estimate with the right one.
    public struct Outcome: Sendable {
        public let image: Int
        public let category: Int
        /// Pixels of the thing by those of the photograph.
        public let share: Double
        public let box: Double
        /// After one click, two, …
        public let clicks: [Double]
    }

    /// In the dataset's order.
    public let outcomes: [Outcome]
    public static let clicks = 5

    /// Asks `model` about each thing that is no crowd and has a mask.
    ///
    /// - Parameters:
    ///   - photograph: the bytes of a photograph's file.
    ///   - progress: called with the number of photographs that are done.
    public init(
        of model: LoadedModel, on dataset: CocoDataset,
        photograph: (CocoDataset.Photograph) throws -> ArraySlice<UInt8>, progress: (Int) -> Void = { _ in }
    ) async throws {
        let annotations = Dictionary(grouping: dataset.annotations.filter { !$0.isCrowd }, by: \.image)
        var outcomes: [Outcome] = []
        for (done, entry) in dataset.photographs.enumerated() {
            if let annotations = annotations[entry.id] {
                let cutter = Cutter(model: model, bytes: try photograph(entry))
                for annotation in annotations {
                    if let outcome = try await cutter.outcome(annotation) { outcomes.append(outcome) }
                }
            }
            progress(done + 1)
        }
        self.outcomes = outcomes
    }
}

/// Cuts things out of one photograph.
private struct Cutter {
    let model: LoadedModel
    let bytes: ArraySlice<UInt8>
    private let digest: SHA256Digest

    init(model: LoadedModel, bytes: ArraySlice<UInt8>) {
        (self.model, self.bytes, digest) = (model, bytes, SHA256Digest(of: bytes))
    }

    func outcome(_ annotation: CocoDataset.Annotation) async throws -> SegmenterEvaluation.Outcome? {
        let box = annotation.box
        let (found, frame) = try await best(
            SegmentPrompt(box: .init(left: box.x, top: box.y, right: box.x + box.width, bottom: box.y + box.height)))
        guard let truth = try annotation.mask(height: frame.height, width: frame.width), truth.area > 0 else {
            return nil
        }
        return SegmenterEvaluation.Outcome(
            image: annotation.image, category: annotation.category,
            share: Double(truth.area) / Double(frame.height * frame.width),
            box: found.mask.intersectionOverUnion(with: truth), clicks: try await clicks(truth))
    }

    private func clicks(_ truth: RunLengthMask) async throws -> [Double] {
        var (prompt, overlaps): (SegmentPrompt, [Double]) = (SegmentPrompt(), [])
        var shown: RunLengthMask?
        while overlaps.count < SegmenterEvaluation.clicks {
            guard let point = SegmentPrompt.Point.next(wanting: truth, seeing: shown) else {
                // Nothing is wrong any more.
                overlaps.append(1)
                continue
            }
            prompt.points.append(point)
            let (found, _) = try await best(prompt)
            overlaps.append(found.mask.intersectionOverUnion(with: truth))
            (shown, prompt.mask) = (found.mask, found.id)
        }
        return overlaps
    }

    private func best(_ prompt: SegmentPrompt) async throws -> (Segmentation.Mask, ImageFrame) {
        let answer = try await model.segment(digest, prompts: [prompt]) { [bytes] in bytes }
        guard let best = answer.results.first?.first else { throw ServingError.invalidPrompt("there is no mask") }
        return (best, answer.frame)
    }
}
