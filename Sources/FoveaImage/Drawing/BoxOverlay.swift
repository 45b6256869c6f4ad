public import FoveaTensor

/// How found objects are drawn over a photograph: a frame around each in the colour of its class, and a tag that says what it
/// is. Black or white contours make both stand out from whatever is behind them.
public struct BoxOverlay: Sendable, Equatable {
    /// An object to draw.
    public struct Item: Sendable, Equatable {
        /// In pixels of the picture.
        public let box: Box
        /// What its tag says, for example "bicycle 0.87"; without any there is no tag.
        public let text: String
        /// Gives the colour: the same number has the same one in every picture.
        public let classID: Int

        public init(box: Box, text: String, classID: Int) { (self.box, self.text, self.classID) = (box, text, classID) }
    }

    /// The width of a frame in pixels, without contours; nil goes by the size of the picture.
    public let lineWidth: Int?
    /// How many pixels wide and high a pixel of the font is, which has 12 rows; nil goes by the size of the picture.
    public let textScale: Int?

    public init(lineWidth: Int? = nil, textScale: Int? = nil) {
        precondition(lineWidth ?? 1 > 0, "a line can't be \(lineWidth ?? 0) pixels wide")
        precondition(textScale ?? 1 > 0, "text can't be scaled by \(textScale ?? 0)")
        (self.lineWidth, self.textScale) = (lineWidth, textScale)
    }

    /// Draws `items`, the best of which is first and so on top, over `image`.
    ///
    /// Boxes are clipped to the picture. Those outside of it, empty ones and such that aren't finite are left out. A tag is
    /// cut to the width of the picture, and left out where the picture is too small for it.
    public func callAsFunction(_ items: [Item], over image: Image) -> Image {
        let drawing = BoxDrawing(self, width: image.width, height: image.height)
        var canvas = Canvas(image)
        let framed = items.compactMap { item in drawing.frame(item.box).map { (item: item, frame: $0) } }
        for (item, frame) in framed.reversed() { drawing.draw(frame, ClassPalette.colour(item.classID), on: &canvas) }
        // The best tags have the choice of places, but are drawn last.
        var placement = TagPlacement(width: image.width, height: image.height)
        let tags = framed.compactMap { item, frame in drawing.tag(item, frame, &placement) }
        for tag in tags.reversed() { drawing.draw(tag, on: &canvas) }
        return canvas.image
    }
}
