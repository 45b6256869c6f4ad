extension Image {
    /// Returns the picture resized to `width` × `height`, bit for bit as Pillow before 13 does it.
    public func resized(width: Int, height: Int, filter: ResizeFilter) -> Image {
        precondition(width > 0 && height > 0, "a picture has at least one pixel, not \(width)×\(height)")
        let resampler = Resampler(
            columns: AxisWeights(
                Axis(
                    count: self.width, extent: Double(self.width), target: width, outputs: 0..<width,
                    filter: filter, isReversed: false)),
            rows: AxisWeights(
                Axis(
                    count: self.height, extent: Double(self.height), target: height, outputs: 0..<height,
                    filter: filter, isReversed: false)),
            isRowsFirst: false)
        var resized = [UInt8](repeating: 0, count: 3 * width * height)
        resized.withUnsafeMutableBufferPointer { target in
            withRows { source in
                resampler.run(source) { y, row in
                    let row = UnsafeBufferPointer(start: row, count: 3 * width)
                    _ = UnsafeMutableBufferPointer(rebasing: target[(3 * width * y)...]).update(fromContentsOf: row)
                }
            }
        }
        return Image(width: width, height: height, pixels: resized)
    }

    /// Calls `body` with the rows of the picture.
    func withRows(_ body: (PixelSource) -> Void) {
        pixels.withUnsafeBufferPointer { pixels in
            guard let address = pixels.baseAddress else { return }
            body(PixelSource(address, width: width, height: height))
        }
    }
}
