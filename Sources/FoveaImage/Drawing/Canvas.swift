/// The pixels of a picture while something is drawn over it; what lies outside is left out.
struct Canvas {
    let width: Int
    let height: Int
    private(set) var pixels: [UInt8]

    init(_ image: Image) { (width, height, pixels) = (image.width, image.height, image.pixels) }

    var image: Image { Image(width: width, height: height, pixels: pixels) }

    /// Fills a rectangle.
    mutating func fill(_ rectangle: Rectangle, _ colour: Colour) {
        let rectangle = rectangle.intersection(Rectangle(x: 0, y: 0, width: width, height: height))
        guard rectangle.area > 0 else { return }
        let width = width
        pixels.withUnsafeMutableBufferPointer { pixels in
            for row in rectangle.y..<rectangle.y + rectangle.height {
                for column in rectangle.x..<rectangle.x + rectangle.width {
                    let first = 3 * (row * width + column)
                    (pixels[first], pixels[first + 1], pixels[first + 2]) = (colour.red, colour.green, colour.blue)
                }
            }
        }
    }

    /// Draws the inside of a rectangle's edge, `thickness` pixels wide.
    mutating func frame(_ rectangle: Rectangle, thickness: Int, _ colour: Colour) {
        guard 2 * thickness < min(rectangle.width, rectangle.height) else { return fill(rectangle, colour) }
        let (right, bottom) = (rectangle.x + rectangle.width, rectangle.y + rectangle.height)
        let sides = rectangle.height - 2 * thickness
        for edge in [
            Rectangle(x: rectangle.x, y: rectangle.y, width: rectangle.width, height: thickness),
            Rectangle(x: rectangle.x, y: bottom - thickness, width: rectangle.width, height: thickness),
            Rectangle(x: rectangle.x, y: rectangle.y + thickness, width: thickness, height: sides),
            Rectangle(x: right - thickness, y: rectangle.y + thickness, width: thickness, height: sides),
        ] { fill(edge, colour) }
    }

    /// Draws text whose upper left corner is at column `x` and row `y`, every pixel of the font as `scale` × `scale` pixels.
    mutating func draw(_ text: LabelText, x: Int, y: Int, scale: Int, _ colour: Colour) {
        var x = x
        for glyph in text.glyphs {
            for (row, bits) in glyph.rows.enumerated() {
                var column = 0
                while column < glyph.width {
                    let run = (bits >> column & 1 == 0) ? 0 : (~(bits >> column)).trailingZeroBitCount
                    let place = Rectangle(x: x + column * scale, y: y + row * scale, width: run * scale, height: scale)
                    fill(place, colour)
                    column += max(run, 1)
                }
            }
            x += (glyph.width + BitmapFont.spacing) * scale
        }
    }
}
