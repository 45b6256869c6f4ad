import FoveaModels
import FoveaTensor

/// What is to be cut out, in pixels of the upright photograph.
public struct SegmentPrompt: Sendable, Equatable {
    public struct Point: Sendable, Equatable {
        public var x, y: Double
        /// Whether it is on the thing, or beside it.
        public var isForeground: Bool

        public init(x: Double, y: Double, isForeground: Bool = true) {
            (self.x, self.y, self.isForeground) = (x, y, isForeground)
        }
    }

    public struct Box: Sendable, Equatable {
        public var left, top, right, bottom: Double

        public init(left: Double, top: Double, right: Double, bottom: Double) {
            (self.left, self.top, self.right, self.bottom) = (left, top, right, bottom)
        }
    }

    public var points: [Point]
    public var box: Box?
    /// The `id` of an earlier mask on the same photograph, to be refined.
    public var mask: String?

    public init(points: [Point] = [], box: Box? = nil, mask: String? = nil) {
        (self.points, self.box, self.mask) = (points, box, mask)
    }

    /// The most points of one prompt; each is a token that all pixels attend to.
    public static let pointLimit = 256

    /// Whether it says one thing that may be a part, the whole or what is between.
    var isAmbiguous: Bool { points.count == 1 && box == nil && mask == nil }

    /// Throws `ServingError.invalidPrompt` unless all of it lies in a photograph of this size and says something.
    ///
    /// - Parameter number: which of a request's prompts it is, from 0, to be named.
    func check(in frame: ImageFrame, number: Int) throws(ServingError) {
        func invalid(_ problem: String) -> ServingError { .invalidPrompt("prompt \(number): \(problem)") }
        let size = "\(frame.width)x\(frame.height)"
        guard !points.isEmpty || box != nil || mask != nil else {
            throw invalid("it is empty; give points, a box or both")
        }
        guard points.count <= Self.pointLimit else {
            throw invalid("it has \(points.count) points; \(Self.pointLimit) are allowed")
        }
        for point in points where !frame.contains(point.x, point.y) {
            throw invalid("the point (\(point.x), \(point.y)) is outside of the image of \(size) pixels")
        }
        guard let box else { return }
        guard frame.contains(box.left, box.top), frame.contains(box.right, box.bottom) else {
            throw invalid("the box reaches beyond the image of \(size) pixels")
        }
        guard box.left < box.right, box.top < box.bottom else {
            throw invalid("the box is empty: it is x1,y1,x2,y2 with x1 < x2 and y1 < y2")
        }
    }

    /// The prompt as the network takes it.
    ///
    /// - Parameter logits: those of `mask`, `[maskSide, maskSide]`.
    func prompt(in frame: ImageFrame, logits: Tensor?) -> Prompt {
        let places = points.map { point in
            let (x, y) = frame.place(point.x, point.y)
            return Prompt.Point(x: x, y: y, label: point.isForeground ? .foreground : .background)
        }
        let corners = box.map { (frame.place($0.left, $0.top), frame.place($0.right, $0.bottom)) }
        return Prompt(
            points: places,
            box: corners.map { Prompt.Box(left: $0.0.x, top: $0.0.y, right: $0.1.x, bottom: $0.1.y) }, mask: logits)
    }
}
