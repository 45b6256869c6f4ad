/// Of boxes that overlap keeps the best one, as torchvision's `nms` and `batched_nms` do.
public struct NonMaximumSuppression: Sendable {
    /// The intersection over union with a better box above which a box is dropped.
    public let threshold: Double

    public init(threshold: Double) { self.threshold = threshold }

    /// Returns the numbers of the boxes to keep, the best first; of equal scores the first box counts as better.
    ///
    /// Takes time in proportion to the number of boxes times the number of those that are kept. A box that isn't finite
    /// neither drops another one nor is dropped.
    ///
    /// - Parameters:
    ///   - classes: what each box is a box of, if only boxes of the same class suppress each other.
    ///   - limit: how many to keep at most, of all classes together.
    public func callAsFunction(
        _ boxes: [Box], scores: [Float], classes: [Int]? = nil, limit: Int = .max
    ) -> [Int] {
        precondition(
            scores.count == boxes.count && (classes?.count ?? boxes.count) == boxes.count,
            "\(boxes.count) boxes have \(scores.count) scores")
        var (kept, keptBoxes): ([Int], KeptBoxes) = ([], KeptBoxes(threshold: threshold))
        for candidate in bestFirst(scores) {
            if kept.count >= limit { break }
            let classID = classes.map { $0[candidate] } ?? 0
            if !keptBoxes.suppress(boxes[candidate], of: classID) {
                keptBoxes.append(boxes[candidate], of: classID)
                kept.append(candidate)
            }
        }
        return kept
    }

    /// Returns the boxes to keep of those that `next` gives, the best first, until there is none or `limit` are kept; what comes
    /// later need not be computed.
    public func callAsFunction(limit: Int, next: () -> Box?) -> [Box] {
        var (kept, keptBoxes): ([Box], KeptBoxes) = ([], KeptBoxes(threshold: threshold))
        while kept.count < limit, let box = next() {
            if !keptBoxes.suppress(box, of: 0) {
                keptBoxes.append(box, of: 0)
                kept.append(box)
            }
        }
        return kept
    }
}

/// The boxes that were kept so far, eight side by side, so that a candidate is compared with eight at once.
///
/// Computes what `Box.intersectionOverUnion` does, in the same order.
private struct KeptBoxes {
    private struct Eight {
        // What isn't a box yet suppresses nothing: its area is NaN.
        var x0 = SIMD8<Float>(repeating: .nan), y0 = SIMD8<Float>(repeating: .nan)
        var x1 = SIMD8<Float>(repeating: .nan), y1 = SIMD8<Float>(repeating: .nan)
        var areas = SIMD8<Float>(repeating: .nan)
        var classes = SIMD8<Int>()
    }

    private let threshold: Float
    private var eights: [Eight] = []
    private var count = 0

    init(threshold: Double) {
        // A float is over a number if it is over the largest float that is not.
        let nearest = Float(threshold)
        self.threshold = Double(nearest) > threshold ? nearest.nextDown : nearest
    }

    mutating func append(_ box: Box, of classID: Int) {
        let lane = count % 8
        if lane == 0 { eights.append(Eight()) }
        let last = eights.count - 1
        (eights[last].x0[lane], eights[last].y0[lane]) = (box.x0, box.y0)
        (eights[last].x1[lane], eights[last].y1[lane]) = (box.x1, box.y1)
        eights[last].areas[lane] = box.area
        eights[last].classes[lane] = classID
        count += 1
    }

    /// Whether a kept box of that class overlaps `box` by more than the threshold.
    func suppress(_ box: Box, of classID: Int) -> Bool {
        let (x0, y0) = (SIMD8(repeating: box.x0), SIMD8(repeating: box.y0))
        let (x1, y1) = (SIMD8(repeating: box.x1), SIMD8(repeating: box.y1))
        let area = SIMD8(repeating: box.area)
        for index in eights.indices {
            let width = larger(smaller(eights[index].x1, x1) - larger(eights[index].x0, x0), .zero)
            let height = larger(smaller(eights[index].y1, y1) - larger(eights[index].y0, y0), .zero)
            let common = width * height
            let isOver = common / (eights[index].areas + area - common) .> threshold
            if isAny(isOver) {
                for lane in 0..<8 where isOver[lane] && eights[index].classes[lane] == classID { return true }
            }
        }
        return false
    }
}

// Those of the standard library go lane by lane; calls would take as long as what they do.

private typealias Lanes = SIMD8<Float>

@inline(__always)
private func smaller(_ a: Lanes, _ b: Lanes) -> Lanes { a.replacing(with: b, where: b .< a) }

@inline(__always)
private func larger(_ a: Lanes, _ b: Lanes) -> Lanes { a.replacing(with: b, where: b .> a) }

@inline(__always)
private func isAny(_ mask: SIMDMask<SIMD8<Int32>>) -> Bool {
    let quarters = unsafeBitCast(mask, to: SIMD4<UInt64>.self)
    let halves = quarters.lowHalf | quarters.highHalf
    return halves[0] | halves[1] != 0
}
