/// Finds places for the tags of boxes where they don't cover each other, as far as there is room.
struct TagPlacement {
    /// The size of the picture.
    let width: Int, height: Int
    /// Without their contours.
    private var taken: [Rectangle] = []

    init(width: Int, height: Int) { (self.width, self.height) = (width, height) }

    /// Takes a place in the picture for a tag of `width` × `height` pixels: above the upper left corner of `frame` or else
    /// elsewhere along its edge; nil if the picture is too small for it.
    ///
    /// - Parameters:
    ///   - frame: what of it is in the picture; at least one pixel.
    ///   - contour: how wide the contours of frames and tags are, which lie upon each other where they meet.
    mutating func place(width: Int, height: Int, at frame: Rectangle, contour: Int) -> Rectangle? {
        guard width <= self.width, height <= self.height else { return nil }
        let (right, bottom) = (frame.x + frame.width - width, frame.y + frame.height)
        let (above, below) = (frame.y - height + contour, bottom - contour)
        let inside = min(frame.y, self.height - height)
        var best: (place: Rectangle, covered: Int)?
        for (x, y) in [
            (frame.x, above), (frame.x, inside), (right, above), (right, inside), (frame.x, below),
            (frame.x, bottom - height), (right, below), (right, bottom - height),
        ] where y >= 0 && y <= self.height - height {
            let place = Rectangle(x: min(max(x, 0), self.width - width), y: y, width: width, height: height)
            let covered = taken.reduce(0) { $0 + $1.intersection(place.grown(-contour)).area }
            if covered < best?.covered ?? .max { best = (place, covered) }
            if covered == 0 { break }
        }
        if let best { taken.append(best.place.grown(-contour)) }
        return best?.place
    }
}
