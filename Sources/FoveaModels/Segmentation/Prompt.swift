public import FoveaTensor

/// What a user says of the thing to be cut out: points on it or beside it, a box around it, an earlier mask of it.
///
/// Coordinates are those of the network's square input, not of the photograph. An empty prompt is one, too.
public struct Prompt: Sendable {
    /// Whether a point is on the thing or not; there are no other kinds.
    public enum Label: Int, Sendable, CaseIterable { case background = 0, foreground = 1 }

    /// A place that was clicked: the pixel's left and top border.
    public struct Point: Sendable, Equatable {
        public var x, y: Double
        public var label: Label

        public init(x: Double, y: Double, label: Label) { (self.x, self.y, self.label) = (x, y, label) }
    }

    /// Two corners, the first at the top left.
    public struct Box: Sendable, Equatable {
        public var left, top, right, bottom: Double

        public init(left: Double, top: Double, right: Double, bottom: Double) {
            (self.left, self.top, self.right, self.bottom) = (left, top, right, bottom)
        }
    }

    public var points: [Point]
    public var box: Box?
    /// The logits of an earlier answer, `[maskSide, maskSide]`, as they were returned.
    public var mask: Tensor?

    public init(points: [Point] = [], box: Box? = nil, mask: Tensor? = nil) {
        (self.points, self.box, self.mask) = (points, box, mask)
    }
}
