/// A rectangle between two corners, in pixels.
public struct Box: Sendable, Hashable {
    /// The upper left corner and the lower right one.
    public let x0, y0, x1, y1: Float

    public init(x0: Float, y0: Float, x1: Float, y1: Float) {
        (self.x0, self.y0, self.x1, self.y1) = (x0, y0, x1, y1)
    }

    public var area: Float { (x1 - x0) * (y1 - y0) }

    /// Returns the area of both by the area of either, rounded as torchvision rounds it; NaN if both are empty.
    public func intersectionOverUnion(with other: Box) -> Float {
        let width = max(min(x1, other.x1) - max(x0, other.x0), 0)
        let height = max(min(y1, other.y1) - max(y0, other.y0), 0)
        let common = width * height
        return common / (area + other.area - common)
    }
}
