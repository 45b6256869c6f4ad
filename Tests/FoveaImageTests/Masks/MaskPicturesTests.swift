import FoveaImage
import Testing

@Suite struct MaskPicturesTests {
    @Test("A mask as PNG: one channel of 8 bits, and the same pixels again")
    func png() throws {
        for mask in try MaskFixtures.masks() {
            let data = mask.pngData()
            // Bit depth and colour type in the header: 8 bits, grey.
            #expect(data[24...25] == [8, 0])
            let image = try Image(decoding: data[...])
            #expect(image.width == mask.width && image.height == mask.height)
            #expect(fnv(image.pixels) == fnv(mask.pixels.flatMap { [$0, $0, $0] }))
        }
    }

    @Test("An overlay tints the foreground, draws its edge and leaves the rest alone")
    func overlay() {
        let (height, width) = (60, 80)
        let mask = MaskFixtures.disc(height: height, width: width, x: 40, y: 30, radius: 20)
        let photograph = Image(width: width, height: height, pixels: noise(count: 3 * width * height))
        let overlay = MaskOverlay(red: 200, green: 100, blue: 0, opacity: 0.25, lineRadius: 2)
        let drawn = overlay(mask, over: photograph)
        var (lines, tinted) = (0, 0)
        for y in 0..<height {
            for x in 0..<width {
                let pixel = y * width + x
                let (before, after) = (
                    photograph.pixels[3 * pixel..<3 * pixel + 3], drawn.pixels[3 * pixel..<3 * pixel + 3]
                )
                let distance = Double((x - 40) * (x - 40) + (y - 30) * (y - 30)).squareRoot()
                if distance > 24 { #expect(before == after) }
                if abs(distance - 20.3) < 1 {
                    #expect(after == [200, 100, 0])
                    lines += 1
                }
                if distance < 16 {
                    tinted += 1
                    for (channel, color) in [200.0, 100, 0].enumerated() {
                        let expected = 0.75 * Double(before[3 * pixel + channel]) + 0.25 * color
                        #expect(abs(Double(after[3 * pixel + channel]) - expected) <= 1)
                    }
                }
            }
        }
        #expect(lines > 200 && tinted > 700)
    }

    @Test("Opacity 0 without a line is the photograph, opacity 1 the colour; an edge at the border is drawn inside")
    func extremes() throws {
        let photograph = Image(width: 9, height: 7, pixels: noise(count: 189))
        let full = try RunLengthMask(height: 7, width: 9, counts: [0, 63])
        #expect(MaskOverlay(opacity: 0, lineRadius: 0)(full, over: photograph) == photograph)
        let color = MaskOverlay(red: 1, green: 2, blue: 3, opacity: 1, lineRadius: 0)(full, over: photograph)
        #expect(color.pixels == (0..<63).flatMap { _ in [1, 2, 3] as [UInt8] })
        let edge = MaskOverlay(red: 1, green: 2, blue: 3, opacity: 0)(full, over: photograph)
        for pixel in 0..<63 {
            let isEdge = [0, 8].contains(pixel % 9) || [0, 6].contains(pixel / 9)
            let expected = isEdge ? [1, 2, 3] : photograph.pixels[3 * pixel..<3 * pixel + 3]
            #expect(edge.pixels[3 * pixel..<3 * pixel + 3] == expected)
        }
    }
}
