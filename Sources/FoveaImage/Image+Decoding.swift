extension Image {
    /// Decodes the JPEG or PNG file in `bytes`: whole, exactly, and upright.
    ///
    /// Grey is spread to three channels, transparency laid on white, 16 bit scaled to 8, CMYK converted as Pillow does;
    /// of an animation the first frame is taken. What follows the end of the file is ignored.
    public init(decoding bytes: ArraySlice<UInt8>, limits: ImageLimits = .default) throws(ImageError) {
        self = try bytes.withUnsafeBufferPointer { (buffer) throws(ImageError) in
            let reader = try openReader(of: buffer, limits: limits)
            let header = reader.header
            try limits.check(memory: reader.heldBytes, 3 * header.width * header.height)
            var pixels = [UInt8](repeating: 0, count: 3 * header.width * header.height)
            try pixels.withUnsafeMutableBufferPointer { (canvas) throws(ImageError) in
                try reader.readUpright(into: canvas)
            }
            return Image(width: header.width, height: header.height, pixels: pixels)
        }
    }
}

extension RowReader {
    /// Decodes everything into `canvas`, the memory of the upright picture.
    fileprivate func readUpright(into canvas: UnsafeMutableBufferPointer<UInt8>) throws(ImageError) {
        let place = Placement(
            width: header.width, height: header.height, left: 0, top: 0, canvasWidth: header.width,
            orientation: orientation)
        try start(denominator: 1, columns: 0..<storedWidth)
        for r in 0..<rows {
            place.write(try next(rows: 1), y: r, count: storedWidth, to: canvas)
        }
        try finish()
    }
}
