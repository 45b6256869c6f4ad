/// How a mask is drawn over a photograph: the foreground tinted, its edge drawn as a line.
public struct MaskOverlay: Sendable, Equatable {
    public let red: UInt8
    public let green: UInt8
    public let blue: UInt8
    /// How much of the colour the foreground takes on, 0…1.
    public let opacity: Double
    /// How far the line reaches on either side of the edge, in pixels; `nil` is a 600th of the longer side of the photograph, at
    /// least 1; 0 draws none.
    public let lineRadius: Int?

    public init(red: UInt8 = 30, green: UInt8 = 144, blue: UInt8 = 255, opacity: Double = 0.5, lineRadius: Int? = nil) {
        precondition((0...1).contains(opacity), "an opacity is in 0…1, not \(opacity)")
        precondition(lineRadius ?? 0 >= 0, "a line can't reach \(lineRadius ?? 0) pixels")
        (self.red, self.green, self.blue) = (red, green, blue)
        (self.opacity, self.lineRadius) = (opacity, lineRadius)
    }

    /// Draws `mask`, which has the size of `image`, over it.
    public func callAsFunction(_ mask: RunLengthMask, over image: Image) -> Image {
        var pixels = image.pixels
        draw(mask, on: &pixels, width: image.width, height: image.height)
        return Image(width: image.width, height: image.height, pixels: pixels)
    }

    /// Draws `mask` over the RGB pixels of a picture of its size.
    func draw(_ mask: RunLengthMask, on pixels: inout [UInt8], width: Int, height: Int) {
        precondition(
            mask.width == width && mask.height == height,
            "a mask of \(mask.width)×\(mask.height) pixels does not fit a picture of \(width)×\(height)")
        pixels.withUnsafeMutableBufferPointer { pixels in
            tint(pixels, mask: mask)
            let radius = lineRadius ?? max(max(width, height) / 600, 1)
            if radius > 0 { drawEdges(of: mask, radius: radius, in: pixels) }
        }
    }

    private func tint(_ pixels: UnsafeMutableBufferPointer<UInt8>, mask: RunLengthMask) {
        let share = Int((opacity * 256).rounded())
        let rest = 256 - share
        let shares = (Int(red) * share + 128, Int(green) * share + 128, Int(blue) * share + 128)
        for (pixel, level) in mask.pixels.enumerated() where level != 0 {
            pixels[3 * pixel] = UInt8((Int(pixels[3 * pixel]) * rest + shares.0) >> 8)
            pixels[3 * pixel + 1] = UInt8((Int(pixels[3 * pixel + 1]) * rest + shares.1) >> 8)
            pixels[3 * pixel + 2] = UInt8((Int(pixels[3 * pixel + 2]) * rest + shares.2) >> 8)
        }
    }

    /// Fills, around each edge of the outlines, the rectangle of what is within `radius`.
    private func drawEdges(of mask: RunLengthMask, radius: Int, in pixels: UnsafeMutableBufferPointer<UInt8>) {
        for ring in MaskPolygons(mask).rings {
            guard var last = ring.vertices.last else { continue }
            for vertex in ring.vertices {
                let (x, y) = ((Int(last.x), Int(vertex.x)), (Int(last.y), Int(vertex.y)))
                let columns = max(min(x.0, x.1) - radius, 0)..<min(max(x.0, x.1) + radius, mask.width)
                for row in max(min(y.0, y.1) - radius, 0)..<min(max(y.0, y.1) + radius, mask.height) {
                    for column in columns {
                        let first = 3 * (row * mask.width + column)
                        (pixels[first], pixels[first + 1], pixels[first + 2]) = (red, green, blue)
                    }
                }
                last = vertex
            }
        }
    }
}
