import FoveaTensor
import Testing

@testable import FoveaImage

@Suite struct BoxOverlayTests {
    private static let grey = Colour(red: 100, green: 100, blue: 100)

    private func picture(_ width: Int, _ height: Int) -> Image {
        Image(width: width, height: height, pixels: [UInt8](repeating: 100, count: 3 * width * height))
    }

    private func pixel(_ image: Image, _ x: Int, _ y: Int) -> Colour {
        let first = 3 * (y * image.width + x)
        return Colour(red: image.pixels[first], green: image.pixels[first + 1], blue: image.pixels[first + 2])
    }

    private func box(_ x0: Float, _ y0: Float, _ x1: Float, _ y1: Float) -> Box { Box(x0: x0, y0: y0, x1: x1, y1: y1) }

    @Test("A frame is a line within the box and a contour on either side; the rest of the picture stays")
    func frame() {
        let overlay = BoxOverlay(lineWidth: 3, textScale: 1)
        let drawn = overlay([.init(box: box(20, 30, 60, 70), text: "", classID: 5)], over: picture(100, 90))
        let colour = ClassPalette.colour(5)
        #expect(colour != Self.grey && colour.contrary == .black)
        for (offset, expected) in [
            (-2, Self.grey), (-1, .black), (0, colour), (2, colour), (3, .black), (4, Self.grey), (20, Self.grey),
        ] {
            #expect(pixel(drawn, 20 + offset, 50) == expected)
            #expect(pixel(drawn, 59 - offset, 50) == expected)
            #expect(pixel(drawn, 40, 30 + offset) == expected)
            #expect(pixel(drawn, 40, 69 - offset) == expected)
            if offset < 20 { #expect(pixel(drawn, 20 + offset, 30 + offset) == expected) }
        }
    }

    @Test("A tag says its text above the box, in black or white")
    func tag() {
        for (classID, scale) in [(5, 1), (6, 2)] {
            let overlay = BoxOverlay(lineWidth: 1, textScale: scale)
            let item = BoxOverlay.Item(box: box(20, 60, 180, 90), text: "dog 0.9", classID: classID)
            let drawn = overlay([item], over: picture(200, 100))
            let colour = ClassPalette.colour(classID)
            let text = LabelText("dog 0.9", room: 1000)
            // The tag ends with its contour on that of the box, and has one row of the font free below the text.
            let top = 60 - 1 - scale * (1 + BitmapFont.height)
            var left = 20 + 2 * scale
            for glyph in text.glyphs {
                for row in 0..<BitmapFont.height * scale {
                    for column in 0..<glyph.width * scale {
                        let isSet = glyph.rows[row / scale] >> (column / scale) & 1 == 1
                        #expect(pixel(drawn, left + column, top + row) == (isSet ? colour.contrary : colour))
                    }
                }
                left += (glyph.width + 1) * scale
            }
            #expect(pixel(drawn, 20, top) == colour)
            #expect(pixel(drawn, 19, top) == colour.contrary)
            #expect(pixel(drawn, 18, top) == Self.grey)
        }
    }

    @Test("The best object is on top, with its tag")
    func order() {
        let overlay = BoxOverlay(lineWidth: 2, textScale: 1)
        let items = [0, 1].map { BoxOverlay.Item(box: box(20, 30, 60, 70), text: "", classID: $0) }
        #expect(pixel(overlay(items, over: picture(100, 100)), 20, 50) == ClassPalette.colour(0))
        #expect(pixel(overlay(items.reversed(), over: picture(100, 100)), 20, 50) == ClassPalette.colour(1))
        // The worse one's tag has the place inside.
        let tagged = [0, 1].map { BoxOverlay.Item(box: box(20, 30, 80, 70), text: "cat", classID: $0) }
        let drawn = overlay(tagged, over: picture(100, 100))
        #expect(pixel(drawn, 21, 28) == ClassPalette.colour(0))
        #expect(pixel(drawn, 21, 31) == ClassPalette.colour(1))
    }

    @Test("Boxes are clipped; what isn't in the picture, is empty or isn't finite is left out")
    func oddBoxes() {
        let overlay = BoxOverlay(lineWidth: 2)
        let whole = overlay([.init(box: box(-50, -1e30, 1e30, 500), text: "", classID: 0)], over: picture(40, 30))
        for (x, y) in [(0, 0), (39, 0), (0, 29), (39, 29), (20, 0), (20, 29), (0, 15), (39, 15)] {
            #expect(pixel(whole, x, y) == ClassPalette.colour(0))
        }
        for odd in [
            box(50, 5, 60, 20), box(-9, 5, -3, 20), box(5, 5, 5, 20), box(20, 5, 10, 20), box(.nan, 5, 10, 20),
            box(0, 0, .infinity, 20), box(-.infinity, -.infinity, .infinity, .infinity), box(5, .nan, 10, .nan),
        ] {
            #expect(overlay([.init(box: odd, text: "x", classID: 0)], over: picture(40, 30)) == picture(40, 30))
        }
    }

    @Test("Sizes go by the picture's")
    func sizes() {
        for (width, height, line, scale) in [
            (320, 320, 2, 1), (640, 480, 2, 1), (4000, 3000, 12, 6), (2000, 500, 3, 2),
        ] {
            let item = BoxOverlay.Item(box: box(50, 250, 200, 310), text: "x", classID: 3)
            let drawn = BoxOverlay()([item], over: picture(width, height))
            #expect(drawn == BoxOverlay(lineWidth: line, textScale: scale)([item], over: picture(width, height)))
            #expect(drawn != BoxOverlay(lineWidth: line + 1, textScale: scale)([item], over: picture(width, height)))
            #expect(drawn != BoxOverlay(lineWidth: line, textScale: scale + 1)([item], over: picture(width, height)))
        }
    }

    @Test(
        "No picture is too small or too narrow",
        arguments: [(1, 1), (20_000, 1), (1, 20_000), (7, 3), (15, 15), (16, 17)])
    func extremes(width: Int, height: Int) {
        let boxes = [
            box(0, 0, Float(width), Float(height)), box(-5, -5, 5, 5), box(0.4, 0.4, 0.5, 0.5),
            box(Float(width) - 0.1, Float(height) - 0.1, Float(width), Float(height)),
        ]
        for overlay in [BoxOverlay(), BoxOverlay(lineWidth: 100, textScale: 100), BoxOverlay(textScale: 1)] {
            let drawn = overlay(
                boxes.map { .init(box: $0, text: "somewhat long", classID: 1) }, over: picture(width, height))
            #expect(drawn.width == width && drawn.height == height)
            #expect(drawn != picture(width, height))
        }
    }

    @Test("Nothing found changes nothing")
    func nothing() {
        #expect(BoxOverlay()([], over: picture(9, 9)) == picture(9, 9))
    }
}
