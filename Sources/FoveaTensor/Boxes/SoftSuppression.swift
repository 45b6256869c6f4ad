import Glibc

/// Lowers the scores of boxes that overlap better ones instead of dropping them, as mmcv's `soft_nms` does
/// (Soft-NMS, https://arxiv.org/abs/1704.04503).
public struct SoftSuppression: Sendable, Equatable {
    /// What a score is multiplied with, for an intersection over union `o` with a better box.
    public enum Method: Sendable, Equatable {
        /// 1 − o where o reaches the threshold, else 1.
        case linear
        /// exp(−o² / sigma), whatever the threshold is.
        case gaussian(sigma: Float)
        /// 0 where o reaches the threshold, else 1.
        case naive
    }

    public let method: Method
    /// The intersection over union from which on boxes count as overlapping.
    public let threshold: Float
    /// Boxes whose score gets lower than this are dropped.
    public let minimumScore: Float

    public init(_ method: Method, threshold: Float, minimumScore: Float = 1e-3) {
        (self.method, self.threshold, self.minimumScore) = (method, threshold, minimumScore)
    }

    /// Returns the numbers of the boxes that are left with their lowered scores, the best first; of equal ones the first
    /// class is first.
    ///
    /// Takes time in proportion to the number of boxes of a class times the number of those that are left. As in mmcv the
    /// best box of a class is left even if its score is below the minimum.
    ///
    /// - Parameters:
    ///   - classes: what each box is a box of, if only boxes of the same class lower each other's scores.
    ///   - limit: how many to return at most, of all classes together.
    public func callAsFunction(
        _ boxes: [Box], scores: [Float], classes: [Int]? = nil, limit: Int = .max
    ) -> [(index: Int, score: Float)] {
        precondition(
            scores.count == boxes.count && (classes?.count ?? boxes.count) == boxes.count,
            "\(boxes.count) boxes have \(scores.count) scores")
        var ofClass: [Int: [Candidate]] = [:]
        for index in boxes.indices {
            ofClass[classes.map { $0[index] } ?? 0, default: []].append(
                Candidate(index: index, box: boxes[index], score: scores[index]))
        }
        let left = ofClass.sorted { $0.key < $1.key }.flatMap { suppressed($0.value, limit: limit) }
        return bestFirst(left.map(\.score)).prefix(max(limit, 0)).map { (left[$0].index, left[$0].score) }
    }

    private struct Candidate {
        let index: Int
        let box: Box
        var score: Float
    }

    /// The first `limit` of one class. Candidates change places as in mmcv, on which it depends which of equal ones is first.
    private func suppressed(_ candidates: [Candidate], limit: Int) -> ArraySlice<Candidate> {
        var (candidates, chosen) = (candidates, 0)
        while chosen < min(candidates.count, limit) {
            var best = chosen
            for place in chosen..<candidates.count where candidates[place].score > candidates[best].score {
                best = place
            }
            candidates.swapAt(chosen, best)
            let box = candidates[chosen].box
            chosen += 1
            var place = chosen
            while place < candidates.count {
                candidates[place].score *= weight(box.intersectionOverUnion(with: candidates[place].box))
                if candidates[place].score < minimumScore {
                    candidates.swapAt(place, candidates.count - 1)
                    candidates.removeLast()
                } else {
                    place += 1
                }
            }
        }
        return candidates.prefix(chosen)
    }

    private func weight(_ overlap: Float) -> Float {
        // Two empty boxes, or one that isn't finite.
        if overlap.isNaN { return 1 }
        return switch method {
        case .linear: overlap >= threshold ? 1 - overlap : 1
        case .gaussian(let sigma): exp(-(overlap * overlap) / sigma)
        case .naive: overlap >= threshold ? 0 : 1
        }
    }
}
