import FoveaModels
import FoveaTensor

/// An image of a model's card with the answer that the model must give: it shows that the weights, the labels and the
/// preprocessing belong together, and later that the model still sees.
public struct SelfTest: Sendable {
    /// What the card says.
    public struct Promise: Sendable, Equatable {
        /// A file in the model's folder.
        public var image: String
        /// Of the class that must be the best; a detector must find a thing of it, be it the best or not.
        public var label: String
        /// Its probability; `nil` leaves that open.
        public var score: Float?
        /// How far the probability may be off; 0.05 unless given.
        public var tolerance: Float?
    }

    /// The largest file that is read.
    static let byteLimit = 16 << 20

    private let promise: Promise
    private let classID: Int
    let image: [UInt8]
    var name: String { promise.image }

    init(promise: Promise, classID: Int, image: [UInt8]) {
        (self.promise, self.classID, self.image) = (promise, classID, image)
    }

    /// What is wrong with a classifier's answer, `[1, classes]`; nil if nothing is.
    func problem(with probabilities: Tensor, labels: [String]) -> String? {
        guard let best = probabilities.top(1).first, labels.indices.contains(best.index) else { return nil }
        guard best.index == classID else {
            return "its self-test with \(name) answers \"\(labels[best.index])\" in place of \"\(promise.label)\""
        }
        return problem(withScore: best.value)
    }

    /// What is wrong with what a detector found, best first; nil if nothing is.
    func problem(with objects: [DetectedObject]) -> String? {
        guard let best = objects.first(where: { $0.classID == classID }) else {
            return "its self-test with \(name) finds no \"\(promise.label)\""
        }
        return problem(withScore: best.score)
    }

    private func problem(withScore got: Float) -> String? {
        let tolerance = promise.tolerance ?? 0.05
        guard let score = promise.score, !(abs(got - score) <= tolerance) else { return nil }
        return "its self-test with \(name) gives \"\(promise.label)\" a score of \(got), "
            + "not \(score) within \(tolerance)"
    }
}
