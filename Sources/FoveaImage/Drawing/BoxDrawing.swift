import FoveaTensor

/// The frames and tags of a `BoxOverlay` in a picture of some size.
struct BoxDrawing {
    /// A tag in its place.
    struct Tag {
        let text: LabelText
        let place: Rectangle
        let colour: Colour
    }

    private let width: Int, height: Int
    private let lineWidth: Int, textScale: Int
    /// How wide the contours of frames and tags are.
    private let contour: Int

    /// Room around the text in a tag, in pixels of the font. Below there is little: few letters reach down.
    private static let padding = (side: 2, top: 2, bottom: 1)

    init(_ overlay: BoxOverlay, width: Int, height: Int) {
        (self.width, self.height) = (width, height)
        // Of a square as large as the picture.
        let side = (Double(width) * Double(height)).squareRoot()
        lineWidth = overlay.lineWidth ?? max(Int((side / 300).rounded()), 2)
        textScale = overlay.textScale ?? max(Int((side / 600).rounded()), 1)
        contour = max(lineWidth / 3, 1)
    }

    /// The pixels in `box`, at least one; nil if it has none in the picture.
    func frame(_ box: Box) -> Rectangle? {
        guard box.isFinite else { return nil }
        let clipped = box.clipped(width: Float(width), height: Float(height))
        guard !clipped.isEmpty else { return nil }
        let (x, y) = (min(Int(clipped.x0.rounded()), width - 1), min(Int(clipped.y0.rounded()), height - 1))
        return Rectangle(
            x: x, y: y, width: max(Int(clipped.x1.rounded()) - x, 1), height: max(Int(clipped.y1.rounded()) - y, 1))
    }

    /// Draws a frame: a line, and a contour at either side of it.
    func draw(_ frame: Rectangle, _ colour: Colour, on canvas: inout Canvas) {
        canvas.frame(frame.grown(contour), thickness: lineWidth + 2 * contour, colour.contrary)
        canvas.frame(frame, thickness: lineWidth, colour)
    }

    /// The tag of an item, if it has one that fits into the picture.
    func tag(_ item: BoxOverlay.Item, _ frame: Rectangle, _ placement: inout TagPlacement) -> Tag? {
        let around = 2 * Self.padding.side
        let text = LabelText(item.text, room: (width - 2 * contour) / textScale - around)
        guard !text.glyphs.isEmpty else { return nil }
        let rows = BitmapFont.height + Self.padding.top + Self.padding.bottom
        let place = placement.place(
            width: (text.width + around) * textScale + 2 * contour, height: rows * textScale + 2 * contour,
            at: frame.grown(contour).intersection(Rectangle(x: 0, y: 0, width: width, height: height)), contour: contour
        )
        return place.map { Tag(text: text, place: $0, colour: ClassPalette.colour(item.classID)) }
    }

    func draw(_ tag: Tag, on canvas: inout Canvas) {
        canvas.fill(tag.place, tag.colour.contrary)
        canvas.fill(tag.place.grown(-contour), tag.colour)
        canvas.draw(
            tag.text, x: tag.place.x + contour + Self.padding.side * textScale,
            y: tag.place.y + contour + Self.padding.top * textScale, scale: textScale, tag.colour.contrary)
    }
}
