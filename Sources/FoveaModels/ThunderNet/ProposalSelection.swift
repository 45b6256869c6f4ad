import FoveaTensor

/// Which of the anchors' boxes the second stage looks at.
struct ProposalSelection: Sendable {
    let anchors: AnchorGrid
    let coder: BoxCoder
    let pixelOffset: Float
    /// How many anchors with the highest logits are looked at.
    let candidates: Int

    /// The intersection over union with a better box above which a box goes.
    private static let suppression = NonMaximumSuppression(threshold: 0.7)
    /// How many are kept at most.
    static let limit = 200

    /// The proposals of one image, best first, in pixels of the network's input: finite, not empty, inside of the input.
    ///
    /// - Parameters:
    ///   - objectness: `[1, H, W, A]` logits; sorted by them and not by their sigmoids, many of which are 1.
    ///   - borders: `[1, H, W, 4 * A]`.
    func callAsFunction(_ objectness: Tensor, _ borders: Tensor, width: Int, height: Int) -> [Box] {
        let (W, A) = (objectness.shape[2], objectness.shape[3])
        return objectness.withElements { scores in
            borders.withElements { deltas in
                var candidates = bestFirst(scores, limit: candidates).makeIterator()
                return Self.suppression(limit: Self.limit) {
                    while let index = candidates.next() {
                        let (cell, anchor) = index.quotientAndRemainder(dividingBy: A)
                        let delta = SIMD4(
                            deltas[4 * index], deltas[4 * index + 1], deltas[4 * index + 2], deltas[4 * index + 3])
                        let whole = coder.decoded(delta, from: anchors.box(anchor, x: cell % W, y: cell / W))
                        guard !scores[index].isNaN, whole.isFinite else { continue }
                        let box = whole.clipped(width: Float(width), height: Float(height), pixelOffset: pixelOffset)
                        if !box.isEmpty { return box }
                    }
                    return nil
                }
            }
        }
    }
}
