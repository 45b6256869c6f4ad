/// A picture of 8-bit RGB pixels.
public struct Image: Sendable, Equatable {
    public let width: Int
    public let height: Int
    /// Red, green and blue of each pixel, row by row from the top left: `3 * width * height` bytes.
    public let pixels: [UInt8]

    /// Makes a picture of `pixels`; there must be `3 * width * height`.
    public init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(width > 0 && height > 0, "a picture has at least one pixel, not \(width)×\(height)")
        precondition(pixels.count == 3 * width * height, "\(pixels.count) bytes do not fill \(width)×\(height) pixels")
        (self.width, self.height, self.pixels) = (width, height, pixels)
    }

    /// Returns the rectangle of `width` × `height` pixels at column `x` and row `y`, which must lie inside.
    public func cropped(x: Int, y: Int, width: Int, height: Int) -> Image {
        precondition(
            x >= 0 && y >= 0 && width > 0 && height > 0 && width <= self.width - x && height <= self.height - y,
            "\(width)×\(height) pixels at (\(x), \(y)) lie outside of \(self.width)×\(self.height)")
        var cut: [UInt8] = []
        cut.reserveCapacity(3 * width * height)
        for row in y..<y + height {
            let first = 3 * (row * self.width + x)
            cut += pixels[first..<first + 3 * width]
        }
        return Image(width: width, height: height, pixels: cut)
    }
}
