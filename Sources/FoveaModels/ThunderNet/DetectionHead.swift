import FoveaNN
import FoveaTensor

/// Says what is at each proposed place, and where exactly (the R-CNN subnet of https://arxiv.org/abs/1903.11752).
///
/// | Key            | Shape of the weight, with bias |
/// | -------------- | ------------------------------ |
/// | `shared_fcs.0` | `[1024, 245]` |
/// | `shared_fcs.1` | `[1024, 1024]`, in the authors' release, not in the paper |
/// | `fc_cls`       | `[classes + 1, 1024]` |
/// | `fc_reg`       | `[4, 1024]`, or 4 rows for each class, with or without the background |
struct DetectionHead: Sendable {
    private let shared: [Linear]
    private let classification: Linear
    private let regression: Linear
    private let background: Int
    private let rows: Rows
    private let coder: BoxCoder
    private let style: ThunderNetStyle

    /// What the rows of `fc_reg` are for.
    private enum Rows: Sendable { case shared, everyClass, foreground }

    /// The number of classes, the background not counted.
    var classes: Int { classification.outputs - 1 }

    init(_ weights: Weights, input: Int, _ style: ThunderNetStyle) throws(CheckpointError) {
        let width = 1024
        var shared = [try Linear(weights.at("shared_fcs.0"), input: input, output: width, activation: .relu)]
        if weights.contains("shared_fcs.1") {
            shared.append(try Linear(weights.at("shared_fcs.1"), input: width, output: width, activation: .relu))
        }
        self.shared = shared
        let scores = try weights["fc_cls"].length(ofFirstAxisOf: "weight")
        guard scores > 1 else {
            throw .shape(key: "roi_head.bbox_head.fc_cls.weight", expected: [2, width], got: [scores, width])
        }
        classification = try Linear(weights["fc_cls"], input: width, output: scores)
        let deltas = try weights["fc_reg"].length(ofFirstAxisOf: "weight")
        // mmdetection, where the background is the last class, leaves its box out.
        switch deltas {
        case 4: rows = .shared
        case 4 * scores: rows = .everyClass
        default: rows = .foreground
        }
        if deltas == 4 * (scores - 1), rows == .foreground, style.background == .first {
            throw .unlikeCard(
                key: "roi_head.bbox_head.fc_reg.weight",
                hint:
                    "it has boxes for \(scores - 1) of \(scores) classes, as where the background is the last of them; "
                    + "write \"detector\": {\"background\": \"last\"}")
        }
        regression = try Linear(
            weights["fc_reg"], input: width, output: rows == .foreground ? 4 * (scores - 1) : deltas)
        background = style.background == .first ? 0 : scores - 1
        coder = BoxCoder(
            deviations: SIMD4(0.1, 0.1, 0.2, 0.2), pixelOffset: style.pixelOffset, sizeLimit: style.sizeLimit)
        self.style = style
    }

    /// The logits `[places, classes + 1]` and the changes of boxes `[places, 4 or more]` for features `[places, 245]`.
    func callAsFunction(_ pooled: Tensor) -> (logits: Tensor, deltas: Tensor) {
        let features = features(pooled)
        return (classification(features), regression(features))
    }

    /// `[places, 245]` to `[places, 1024]`.
    func features(_ pooled: Tensor) -> Tensor { shared.reduce(pooled) { y, layer in layer(y) } }

    /// The objects at `places`, in an image of `width` × `height` pixels; best first.
    func callAsFunction(
        _ pooled: Tensor, _ places: [Box], width: Int, height: Int, _ options: DetectionOptions
    ) -> [DetectedObject] {
        let (logits, deltas) = self(pooled)
        var (boxes, scores, classIDs): ([Box], [Float], [Int]) = ([], [], [])
        logits.softmax().withElements { probabilities in
            deltas.withElements { deltas in
                let (K, D) = (classification.outputs, regression.outputs)
                for (index, place) in places.enumerated() {
                    for k in 0..<K where k != background {
                        let score = probabilities[index * K + k]
                        // Neither is true of what is not a number.
                        guard score >= options.scoreThreshold else { continue }
                        let classID = k > background ? k - 1 : k
                        let first =
                            switch rows {
                            case .shared: index * D
                            case .everyClass: index * D + 4 * k
                            case .foreground: index * D + 4 * classID
                            }
                        let delta = SIMD4(deltas[first], deltas[first + 1], deltas[first + 2], deltas[first + 3])
                        let whole = coder.decoded(delta, from: place)
                        guard whole.isFinite else { continue }
                        let box = whole.clipped(
                            width: Float(width), height: Float(height), pixelOffset: style.pixelOffset)
                        guard !box.isEmpty else { continue }
                        boxes.append(box)
                        scores.append(score)
                        classIDs.append(classID)
                    }
                }
            }
        }
        return kept(boxes, scores, options.isClassAgnostic ? nil : classIDs, options).map { index, score in
            DetectedObject(box: boxes[index], classID: classIDs[index], score: score)
        }
    }

    /// The boxes that are not other views of better ones, with their scores, best first.
    private func kept(
        _ boxes: [Box], _ scores: [Float], _ classes: [Int]?, _ options: DetectionOptions
    ) -> [(index: Int, score: Float)] {
        let method: SoftSuppression.Method
        switch style.suppression {
        case .hard:
            let suppression = NonMaximumSuppression(threshold: Double(options.overlapThreshold))
            return suppression(boxes, scores: scores, classes: classes, limit: options.limit)
                .map { ($0, scores[$0]) }
        case .softLinear: method = .linear
        case .softGaussian: method = .gaussian(sigma: 0.5)
        }
        return SoftSuppression(
            method, threshold: options.overlapThreshold, minimumScore: max(options.scoreThreshold, 1e-3))(
                boxes, scores: scores, classes: classes, limit: options.limit)
    }
}
