/// Along one axis of a feature map, where the regular samples in the bins of a region of interest lie, and between which
/// two pixels each of them is interpolated (Mask R-CNN, https://arxiv.org/abs/1703.06870, section 3).
struct SamplingAxis {
    /// A weighted sum of two pixels.
    struct Sample {
        /// How many floats from the first pixel of the axis.
        var first = 0, second = 0
        var firstWeight: Float = 0, secondWeight: Float = 0
    }

    /// Of one bin after the other.
    private let samples: UnsafeMutablePointer<Sample>
    /// How many samples each bin has.
    private(set) var perBin = 0

    /// The most samples that `fill` writes.
    ///
    /// The number of samples that goes by the size of the region is limited to that of a region twice as long as the map.
    static func mostSamples(_ ratio: Int, length: Int, bins: Int) -> Int { bins * mostPerBin(ratio, length, bins) }

    private static func mostPerBin(_ ratio: Int, _ length: Int, _ bins: Int) -> Int {
        ratio > 0 ? ratio : 2 * length / bins + 1
    }

    /// - Parameter memory: room for `mostSamples`.
    init(in memory: UnsafeMutablePointer<Sample>) { samples = memory }

    func samples(ofBin bin: Int) -> UnsafeBufferPointer<Sample> {
        UnsafeBufferPointer(start: samples + bin * perBin, count: perBin)
    }

    /// Places the samples of a region that begins at `start` and has bins of size `bin`.
    ///
    /// - Parameters:
    ///   - ratio: the number of samples in a bin; one a pixel if it isn't positive, perhaps none.
    ///   - length: the number of pixels; `step` is how many floats apart they lie.
    mutating func fill(start: Float, bin: Float, bins: Int, ratio: Int, length: Int, step: Int) {
        perBin = ratio > 0 ? ratio : Self.count(bin, limit: Self.mostPerBin(ratio, length, bins))
        for b in 0..<bins {
            for i in 0..<perBin {
                let place = start + Float(b) * bin + (Float(i) + 0.5) * bin / Float(perBin)
                samples[b * perBin + i] = Self.sample(place, length: length, step: step)
            }
        }
    }

    /// `size` rounded up, in 0...limit; 0 for NaN.
    private static func count(_ size: Float, limit: Int) -> Int {
        size < Float(limit) ? (size > 0 ? Int(size.rounded(.up)) : 0) : (size.isNaN ? 0 : limit)
    }

    /// What lies more than a pixel outside is zero, what lies less outside is the pixel at the border.
    private static func sample(_ place: Float, length: Int, step: Int) -> Sample {
        guard place >= -1, place <= Float(length) else { return Sample() }
        let place = max(place, 0)
        let pixel = Int(place)
        if pixel >= length - 1 {
            return Sample(first: (length - 1) * step, second: (length - 1) * step, firstWeight: 1, secondWeight: 0)
        }
        let fraction = place - Float(pixel)
        return Sample(
            first: pixel * step, second: (pixel + 1) * step, firstWeight: 1 - fraction, secondWeight: fraction)
    }
}
