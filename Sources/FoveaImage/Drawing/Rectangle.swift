/// Some neighbouring columns and rows of pixels.
struct Rectangle: Equatable {
    var x, y, width, height: Int

    /// The number of pixels.
    var area: Int { max(width, 0) * max(height, 0) }

    /// What both share; its area is 0 if that is nothing.
    func intersection(_ other: Rectangle) -> Rectangle {
        let (x, y) = (max(x, other.x), max(y, other.y))
        return Rectangle(
            x: x, y: y, width: min(self.x + width, other.x + other.width) - x,
            height: min(self.y + height, other.y + other.height) - y)
    }

    /// `pixels` more on each side.
    func grown(_ pixels: Int) -> Rectangle {
        Rectangle(x: x - pixels, y: y - pixels, width: width + 2 * pixels, height: height + 2 * pixels)
    }
}
