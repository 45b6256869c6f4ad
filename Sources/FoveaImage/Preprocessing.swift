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
    /// the network sees. The smaller decodings average in the frequency domain. On photographs that takes about two thirds of the
    /// time and moves the pixels of the input by a quarter to half a level of 255 on average, by 8 levels at most.
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
        /// Resizing and normalising.
        public let resize: Double
    }

    /// Decodes the JPEG or PNG file in `bytes` to an input of shape `[1, height, width, 3]`.
    ///
    /// Rows are resized as they are decoded and only pixels that the network sees are computed, so that a large photograph
    /// takes little memory. The file is read to its end: whether it is broken does not depend on what is seen of it.
    public func tensor(
        decoding bytes: ArraySlice<UInt8>, limits: ImageLimits = .default
    ) throws(ImageError) -> (tensor: Tensor, header: ImageHeader, timings: Timings) {
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
            let tensor = try Tensor(shape: Shape(1, height, width, 3)) { (elements) throws(ImageError) in
                decoding = try fill(elements, from: reader, plan: plan)
            }
            decoding += decodingStart
            let timings = Timings(decode: decoding / .seconds(1), resize: (clock.now - start - decoding) / .seconds(1))
            return (tensor, header, timings)
        }
    }

    /// Makes an input of shape `[1, height, width, 3]` of a decoded picture.
    public func tensor(from image: Image) -> Tensor {
        let plan = InputPlan(
            self, storedWidth: image.width, storedHeight: image.height, orientation: .upright, denominator: 1)
        return Tensor(shape: Shape(1, height, width, 3)) { elements in
            image.withRows { fill(elements, from: $0, plan: plan) }
        }
    }

    /// How many times what the network sees must be left on both axes after a smaller decoding. With 3, probabilities of
    /// EfficientNet-Lite0 moved by less than 0.01 on every photograph tried; with 2, by up to 0.023.
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

    /// Resizes and normalises the rows of `source` into `elements`.
    ///
    /// - Returns: the time spent in `source`.
    @discardableResult
    private func fill<Source: RowSource>(
        _ elements: UnsafeMutableBufferPointer<Float>, from source: Source, plan: InputPlan
    ) throws(Source.Failure) -> Duration {
        let levels = Levels(mean: mean, std: std)
        if plan.hasBorder { levels.fillBlack(elements) }
        let (place, count) = (plan.place, plan.resampler.columns.windows.count)
        return try plan.resampler.run(source) { y, row in
            levels.write(row, count: count, to: elements, at: place.origin + y * place.rowStep, step: place.columnStep)
        }
    }
}
