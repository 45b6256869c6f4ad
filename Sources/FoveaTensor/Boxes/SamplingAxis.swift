import CKernels

/// Along one axis of a feature map, where the regular samples in the bins of a region of interest lie, and between which
/// two pixels each of them is interpolated (Mask R-CNN, https://arxiv.org/abs/1703.06870, section 3).
struct SamplingAxis {
    /// The number of pixels, and how many floats apart they lie.
    let length: Int, step: Int
    /// The number of bins.
    let bins: Int
    /// The number of samples in a bin; if it isn't positive as many as the bin has pixels, perhaps none.
    let ratio: Int

    /// The most samples of a bin: where their number goes by the size of the region, those of one twice as long as the map.
    private var mostPerBin: Int { ratio > 0 ? ratio : 2 * length / bins + 1 }

    /// The most samples that `place` writes.
    var mostSamples: Int { bins * mostPerBin }

    /// Writes the samples, those of one bin after the other, of a region that begins at `start` and is `size` pixels long;
    /// returns how many each bin has.
    func place(_ start: Float, _ size: Float, in samples: UnsafeMutablePointer<fovea_axis_sample>) -> Int {
        let bin = size / Float(bins)
        let perBin = ratio > 0 ? ratio : count(bin)
        for b in 0..<bins {
            for i in 0..<perBin {
                samples[b * perBin + i] = sample(start + Float(b) * bin + (Float(i) + 0.5) * bin / Float(perBin))
            }
        }
        return perBin
    }

    /// How many samples a bin of `size` pixels has; none for NaN.
    private func count(_ size: Float) -> Int {
        guard size > 0 else { return 0 }
        return size < Float(mostPerBin) ? Int(size.rounded(.up)) : mostPerBin
    }

    /// What lies more than a pixel outside is zero, what lies less outside is the pixel at the border.
    private func sample(_ place: Float) -> fovea_axis_sample {
        guard place >= -1, place <= Float(length) else {
            return fovea_axis_sample(first: 0, second: 0, first_weight: 0, second_weight: 0)
        }
        let place = max(place, 0)
        let pixel = Int(place)
        if pixel >= length - 1 {
            let last = (length - 1) * step
            return fovea_axis_sample(first: last, second: last, first_weight: 1, second_weight: 0)
        }
        let fraction = place - Float(pixel)
        return fovea_axis_sample(
            first: pixel * step, second: (pixel + 1) * step, first_weight: 1 - fraction, second_weight: fraction)
    }
}
