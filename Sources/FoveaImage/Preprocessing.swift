public import FoveaTensor

/// How a photograph becomes a network's input: resize, centre crop, normalise.
///
/// Resizing is Pillow's and cropping torchvision's, bit for bit.
public struct Preprocessing: Sendable, Equatable {
    /// Which pixels of the photograph the network sees.
    public enum Resize: Sendable, Equatable {
        /// The shorter side becomes this many pixels, the longer one in proportion, truncated; then the centre is cropped
        /// to the input size, or surrounded by black if it is smaller.
        case shorterSide(Int)
        /// The photograph is stretched to the input size.
        case stretch
    }

    /// The longest side of an input.
    public static let maximumSide = 16_384

    /// Size of the input in pixels.
    public let height: Int
    public let width: Int
    public let resize: Resize
    public let filter: ResizeFilter
    /// Per channel (red, green, blue), on the scale 0…255: the input is `(pixel - mean) / std`.
    public let mean: [Float]
    public let std: [Float]
    /// Decodes a JPEG at full size even where half, a quarter or an eighth of it would still be `margin` times what
    /// the network sees. The smaller decodings average in the frequency domain. On photographs of 12 megapixels that
    /// takes three quarters of the time and moves the pixels of the input by a fifth of a level of 255 on average, by 5
    /// levels at most.
    public let exactDecoding: Bool

    /// Sides are in 1…`maximumSide`; `mean` and `std` have three values each, and no `std` is zero.
    public init(
        height: Int, width: Int, resize: Resize, filter: ResizeFilter, mean: [Float], std: [Float],
        exactDecoding: Bool = false
    ) {
        let sides = 1...Self.maximumSide
        precondition(sides.contains(height) && sides.contains(width), "an input of \(width)×\(height) is not possible")
        if case .shorterSide(let side) = resize { precondition(sides.contains(side), "no side can be \(side) pixels") }
        precondition(
            mean.count == 3 && std.count == 3 && !std.contains(0), "mean \(mean), std \(std) of three channels")
        (self.height, self.width, self.resize, self.filter) = (height, width, resize, filter)
        (self.mean, self.std, self.exactDecoding) = (mean, std, exactDecoding)
    }

    /// Seconds that making an input took.
    public struct Timings: Sendable, Equatable {
        public let decode: Double
        /// Resizing, and normalising if that was asked for.
        public let resize: Double
    }

    /// Decodes the JPEG or PNG file in `bytes` to an input of 8-bit pixels, `[1, height, width, 3]`; borders are black.
    ///
    /// Rows are resized as they are decoded and only pixels that the network sees are computed, so that a large photograph
    /// takes little memory. The file is read to its end: whether it is broken does not depend on what is seen of it.
    public func pixels(
        decoding bytes: ArraySlice<UInt8>, limits: ImageLimits = .default
    ) throws(ImageError) -> (pixels: PixelBatch, header: ImageHeader, timings: Timings) {
        try bytes.withUnsafeBufferPointer { (buffer) throws(ImageError) in
            let clock = ContinuousClock()
            let start = clock.now
            let reader = try openReader(of: buffer, limits: limits)
            let header = reader.header
            let denominator = self.denominator(for: reader)
            let plan = InputPlan(
                self, storedWidth: reader.storedWidth, storedHeight: reader.storedHeight,
                orientation: reader.orientation, denominator: denominator)
            try limits.check(memory: reader.heldBytes, plan.resampler.heldBytes)
            try reader.start(denominator: denominator, columns: plan.resampler.columns.sources)
            let decodingStart = clock.now - start

            var decoding = Duration.zero
            let pixels = try PixelBatch(count: 1, height: height, width: width, mean: mean, std: std) {
                (bytes) throws(ImageError) in
                decoding = try fill(bytes, from: reader, plan: plan)
            }
            decoding += decodingStart
            let timings = Timings(decode: decoding / .seconds(1), resize: (clock.now - start - decoding) / .seconds(1))
            return (pixels, header, timings)
        }
    }

    /// Decodes the JPEG or PNG file in `bytes` to a normalised input of shape `[1, height, width, 3]`.
    public func tensor(
        decoding bytes: ArraySlice<UInt8>, limits: ImageLimits = .default
    ) throws(ImageError) -> (tensor: Tensor, header: ImageHeader, timings: Timings) {
        let (pixels, header, timings) = try pixels(decoding: bytes, limits: limits)
        let clock = ContinuousClock()
        let start = clock.now
        let tensor = pixels.normalised()
        let resize = timings.resize + (clock.now - start) / .seconds(1)
        return (tensor, header, Timings(decode: timings.decode, resize: resize))
    }

    /// Makes an input of 8-bit pixels, `[1, height, width, 3]`, of a decoded picture.
    public func pixels(from image: Image) -> PixelBatch {
        let plan = InputPlan(
            self, storedWidth: image.width, storedHeight: image.height, orientation: .upright, denominator: 1)
        return PixelBatch(count: 1, height: height, width: width, mean: mean, std: std) { bytes in
            image.withRows { fill(bytes, from: $0, plan: plan) }
        }
    }

    /// Makes a normalised input of shape `[1, height, width, 3]` of a decoded picture.
    public func tensor(from image: Image) -> Tensor { pixels(from: image).normalised() }

    /// How many times what the network sees must be left on both axes after a smaller decoding.
    ///
    /// The frequencies that a smaller decoding drops can't be made up for: weights fitted by least squares to the result
    /// at full size come 2 % nearer to it than Pillow's on the smaller grid. On 208 photographs, re-saved so that this
    /// ratio covers 2 to 4, probabilities of EfficientNet-Lite0 moved by up to 0.030 between 2 and 3 and by more than
    /// 0.01 for every third photograph; from 3 on by up to 0.025, for every sixth. Leaving out no more than the
    /// rounding and clipping between the two passes of an exact resize moves them by up to 0.023, for every tenth.
    private static let margin = 3

    /// The most by which decoding may shrink the picture.
    private func denominator(for reader: some RowReader) -> Int {
        guard !exactDecoding else { return 1 }
        let seen = InputPlan.resizedSize(self, width: reader.header.width, height: reader.header.height)
        return reader.denominators.last {
            reader.header.width >= Self.margin * $0 * seen.width
                && reader.header.height >= Self.margin * $0 * seen.height
        } ?? 1
    }

    /// Resizes the rows of `source` into `canvas`.
    ///
    /// - Returns: the time spent in `source`.
    @discardableResult
    private func fill<Source: RowSource>(
        _ canvas: UnsafeMutableBufferPointer<UInt8>, from source: Source, plan: InputPlan
    ) throws(Source.Failure) -> Duration {
        if plan.hasBorder { canvas.update(repeating: 0) }
        let count = plan.resampler.columns.windows.count
        return try plan.resampler.run(source) { y, row in plan.place.write(row, y: y, count: count, to: canvas) }
    }
}
