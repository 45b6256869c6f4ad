/// Of boxes that overlap keeps the best one, as torchvision's `nms` and `batched_nms` do.
public struct NonMaximumSuppression: Sendable {
    /// The intersection over union with a better box above which a box is dropped.
    public let threshold: Double

    public init(threshold: Double) { self.threshold = threshold }

    /// Returns the numbers of the boxes to keep, the best first; of equal scores the first box counts as better.
    ///
    /// Takes time in proportion to the square of the number of boxes.
    ///
    /// - Parameter classes: what each box is a box of, if only boxes of the same class suppress each other.
    public func callAsFunction(_ boxes: [Box], scores: [Float], classes: [Int]? = nil) -> [Int] {
        precondition(
            scores.count == boxes.count && (classes?.count ?? boxes.count) == boxes.count,
            "\(boxes.count) boxes have \(scores.count) scores")
        let order = boxes.indices.sorted { first, second in
            let (a, b) = (scores[first], scores[second])
            // NaN goes first, as PyTorch sorts.
            if a.isNaN || b.isNaN { return a.isNaN && (!b.isNaN || first < second) }
            return a > b || (a == b && first < second)
        }
        var kept: [Int] = []
        for candidate in order {
            let isSuppressed = kept.contains { better in
                (classes.map { $0[better] == $0[candidate] } ?? true)
                    && Double(boxes[better].intersectionOverUnion(with: boxes[candidate])) > threshold
            }
            if !isSuppressed { kept.append(candidate) }
        }
        return kept
    }
}
