public import FoveaTensor

/// A rectangle as COCO has it: the upper left corner and the size, in pixels.
public struct PixelBox: Sendable, Equatable {
    public let x: Double
    public let y: Double
    public let width: Double
    public let height: Double

    public init(x: Double, y: Double, width: Double, height: Double) {
        (self.x, self.y, self.width, self.height) = (x, y, width, height)
    }

    public init(_ box: Box) {
        self.init(
            x: Double(box.x0), y: Double(box.y0), width: Double(box.x1) - Double(box.x0),
            height: Double(box.y1) - Double(box.y0))
    }

    var area: Double { width * height }

    /// Intersection over union; with a crowd, the share of this box that is inside of it.
    func overlap(with other: PixelBox, isCrowd: Bool) -> Double {
        let across = min(x + width, other.x + other.width) - max(x, other.x)
        let down = min(y + height, other.y + other.height) - max(y, other.y)
        guard across > 0, down > 0 else { return 0 }
        let common = across * down
        return common / (isCrowd ? area : area + other.area - common)
    }
}
