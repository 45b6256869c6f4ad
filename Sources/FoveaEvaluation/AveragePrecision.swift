/// How well boxes that were found agree with those that are there: COCO's average precision
/// (https://cocodataset.org/#detection-eval), computed as pycocotools does, for boxes of every size.
///
/// For each class and each overlap that counts as found, the boxes of all images are taken in the order of their scores;
/// precision at a recall is the best there and at every higher one; it is averaged over 101 recalls, then over the classes.
public struct AveragePrecision: Sendable {
    /// A box that is there. A crowd is neither missed nor found in vain.
    public struct Truth: Sendable {
        public let image: Int
        public let category: Int
        public let box: PixelBox
        public let isCrowd: Bool

        public init(image: Int, category: Int, box: PixelBox, isCrowd: Bool = false) {
            (self.image, self.category, self.box, self.isCrowd) = (image, category, box, isCrowd)
        }
    }

    /// A box that was found.
    public struct Finding: Sendable {
        public let image: Int
        public let category: Int
        public let box: PixelBox
        public let score: Double

        public init(image: Int, category: Int, box: PixelBox, score: Double) {
            (self.image, self.category, self.box, self.score) = (image, category, box, score)
        }
    }

    /// The overlaps (intersection over union) from which on a box counts as found: 0.5, 0.55 … 0.95.
    public static let overlaps = (0..<10).map { 0.5 + Double($0) * ((0.95 - 0.5) / 9) }
    /// The most boxes of an image, and of a class where classes count, that are looked at.
    public static let limit = 100

    /// Of each class that has any box, at each of `overlaps`.
    public let byCategory: [Int: [Double]]

    /// The mean over the overlaps and the classes: AP@[.5:.95]; nil where there are no boxes.
    public var mean: Double? { average { $0.reduce(0, +) / Double($0.count) } }
    /// The mean over the classes at an overlap of 0.5: AP50.
    public var atHalf: Double? { average { $0[0] } }

    private func average(_ value: ([Double]) -> Double) -> Double? {
        guard !byCategory.isEmpty else { return nil }
        return byCategory.sorted { $0.key < $1.key }.reduce(0) { $0 + value($1.value) } / Double(byCategory.count)
    }

    /// - Parameter isClassBlind: takes all classes for one: boxes alone count.
    public init(truths: [Truth], findings: [Finding], isClassBlind: Bool = false) {
        func group(_ category: Int) -> Int { isClassBlind ? 0 : category }
        // Where scores or overlaps are equal the first class counts as better.
        let truthsOf = Dictionary(grouping: Self.sorted(truths) { -Double($0.category) }) { group($0.category) }
        let findingsOf = Dictionary(grouping: Self.sorted(findings) { -Double($0.category) }) { group($0.category) }
        byCategory = truthsOf.compactMapValues { truths in
            let wanted = truths.count { !$0.isCrowd }
            guard wanted > 0 else { return nil }
            let judged = Self.judged(truths, findingsOf[group(truths[0].category)] ?? [])
            return Self.overlaps.indices.map { Self.precision(judged, at: $0, wanted: wanted) }
        }
    }

    /// A finding's score, and at each overlap whether it found something; nil where that doesn't count.
    private struct Judged {
        let score: Double
        let isRight: [Bool?]
    }

    /// The findings of one class, by image and, within one, best first.
    private static func judged(_ truths: [Truth], _ findings: [Finding]) -> [Judged] {
        let truthsIn = Dictionary(grouping: truths, by: \.image)
        let findingsIn = Dictionary(grouping: findings, by: \.image)
        return findingsIn.sorted { $0.key < $1.key }.flatMap { image, findings in
            let best = sorted(findings, by: \.score).prefix(limit)
            // Crowds come last: nobody takes one who could have something else.
            let there = truthsIn[image] ?? []
            return judge(Array(best), there.filter { !$0.isCrowd } + there.filter(\.isCrowd))
        }
    }

    /// Judges the findings of one class in one image.
    private static func judge(_ findings: [Finding], _ truths: [Truth]) -> [Judged] {
        let common = findings.map { finding in
            truths.map { finding.box.overlap(with: $0.box, isCrowd: $0.isCrowd) }
        }
        var verdicts = [[Bool?]](repeating: [], count: findings.count)
        for overlap in overlaps {
            var isTaken = [Bool](repeating: false, count: truths.count)
            for finding in findings.indices {
                var (best, match): (Double, Int?) = (min(overlap, 1 - 1e-10), nil)
                for truth in truths.indices where !isTaken[truth] || truths[truth].isCrowd {
                    if let match, !truths[match].isCrowd, truths[truth].isCrowd { break }
                    guard common[finding][truth] >= best else { continue }
                    (best, match) = (common[finding][truth], truth)
                }
                if let match { isTaken[match] = true }
                verdicts[finding].append(match.map { truths[$0].isCrowd ? nil : true } ?? false)
            }
        }
        return zip(findings, verdicts).map { Judged(score: $0.score, isRight: $1) }
    }

    /// Precision averaged over 101 recalls, at one overlap.
    private static func precision(_ judged: [Judged], at overlap: Int, wanted: Int) -> Double {
        var (right, wrong): (Double, Double) = (0, 0)
        var (recalls, precisions): ([Double], [Double]) = ([], [])
        for finding in sorted(judged, by: \.score) {
            switch finding.isRight[overlap] {
            case true?: right += 1
            case false?: wrong += 1
            case nil: break
            }
            recalls.append(right / Double(wanted))
            precisions.append(right / (right + wrong + Double.ulpOfOne))
        }
        for index in precisions.indices.dropLast().reversed() {
            precisions[index] = max(precisions[index], precisions[index + 1])
        }
        var (sum, reached) = (0.0, 0)
        for step in 0...100 {
            while reached < recalls.count, recalls[reached] < Double(step) * 0.01 { reached += 1 }
            if reached < recalls.count { sum += precisions[reached] }
        }
        return sum / 101
    }

    /// The highest first; of equal ones the first is first.
    private static func sorted<Element>(_ elements: [Element], by score: (Element) -> Double) -> [Element] {
        elements.enumerated().sorted { first, second in
            let (a, b) = (score(first.element), score(second.element))
            return a == b ? first.offset < second.offset : a > b
        }.map(\.element)
    }
}
