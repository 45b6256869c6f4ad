/// Where a photograph lies in the square that a segmenter sees: its longer side fills it, from the top left corner.
public struct ImageFrame: Sendable, Hashable {
    /// Of the upright photograph, in pixels.
    public let width: Int
    public let height: Int
    /// Of the square, in pixels.
    let side: Int

    init(width: Int, height: Int, side: Int) { (self.width, self.height, self.side) = (width, height, side) }

    /// The photograph's size in the square.
    var seen: PictureSize {
        PictureSize(width: width, height: height).fitted(into: PictureSize(width: side, height: side))
    }

    func contains(_ x: Double, _ y: Double) -> Bool {
        x >= 0 && y >= 0 && x <= Double(width) && y <= Double(height)
    }

    /// A place in the photograph as one in the square; sides are scaled by what they are rounded to.
    func place(_ x: Double, _ y: Double) -> (x: Double, y: Double) {
        (x * (Double(seen.width) / Double(width)), y * (Double(seen.height) / Double(height)))
    }
}
