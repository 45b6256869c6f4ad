import FoveaTensor

@testable import FoveaModels
@testable import FoveaNN

/// A detector that finds one thing of each class, whatever the photograph: with the score of the checkpoint, in a box of four by
/// two pixels, each a pixel further to the right and down.
struct ToyDetector: Detector {
    let scores: [Float]
    var classes: Int { scores.count }

    func objects(in x: Tensor, _ options: DetectionOptions) throws(Cancelled) -> [[DetectedObject]] {
        try Cancellation.check()
        return [[DetectedObject]](repeating: objects(options), count: x.shape[0])
    }

    func objects(in pixels: PixelBatch, _ options: DetectionOptions) throws(Cancelled) -> [[DetectedObject]] {
        try Cancellation.check()
        return [[DetectedObject]](repeating: objects(options), count: pixels.count)
    }

    private func objects(_ options: DetectionOptions) -> [DetectedObject] {
        let all = scores.enumerated().map { index, score in
            let place = Float(index)
            return DetectedObject(
                box: Box(x0: place, y0: place, x1: place + 4, y1: place + 2), classID: index, score: score)
        }
        // A score that is no number is no lower one.
        return Array(
            all.filter { !($0.score < options.scoreThreshold) }.sorted { $0.score > $1.score }.prefix(options.limit))
    }

    static let architecture = Architecture(
        name: "toy_detector", task: .detect, input: { _ in Toy.input },
        makeNetwork: { checkpoint, _, _ in
            .detector(ToyDetector(scores: try checkpoint.tensor(named: "scores").values))
        },
        fits: { _ in false })
}
