import CKernels

/// The depthwise convolution of images, or of what a 1×1 convolution makes of them, computed part by part.
struct DepthwiseJob {
    /// Over one image.
    let geometry: fovea_window
    let images: UnsafePointer<Float>
    /// What comes before.
    let expansion: PointwiseConvolution?
    let filters: UnsafePointer<Float>
    let bias: UnsafePointer<Float>?
    let activation: Activation

    /// Some output rows and channels of an image.
    struct Part {
        let image: Int
        let rows: Range<Int>
        let channels: Range<Int>
    }

    private var C: Int { geometry.C }
    private var W: Int { geometry.W }

    /// Computes `part`.
    ///
    /// - Parameters:
    ///   - out: the first pixel of the part's first row, with all channels.
    ///   - sums: to which the sums over the part's rows are added, of all channels.
    func compute(_ part: Part, into out: UnsafeMutablePointer<Float>, sums: UnsafeMutablePointer<Float>? = nil) {
        let inputs = expansion?.weights.K ?? C
        let image = images + part.image * geometry.H * W * inputs
        guard let expansion else {
            return filter(
                image + part.channels.lowerBound, pixel: C, window: geometry, part.rows, part.channels,
                into: out - part.rows.lowerBound * geometry.OW * C, sums: sums)
        }
        let first = part.rows.lowerBound * geometry.stride - geometry.top
        let last = first + (part.rows.count - 1) * geometry.stride + geometry.dilation * (geometry.KH - 1) + 1
        let needed = max(0, first)..<max(0, first, min(geometry.H, last))
        ComputePool.withScratch(floats: needed.count * W * part.channels.count) { expanded in
            expansion.compute(
                image + needed.lowerBound * W * inputs, pixels: needed.count * W, channels: part.channels,
                into: expanded)
            var window = geometry
            (window.H, window.OH, window.top) = (needed.count, part.rows.count, needed.lowerBound - first)
            filter(
                expanded, pixel: part.channels.count, window: window, 0..<part.rows.count, part.channels, into: out,
                sums: sums)
        }
    }

    /// Computes `rows` of `window`, whose input begins at `x` with the first of `channels`; row 0 goes to `out`.
    private func filter(
        _ x: UnsafePointer<Float>, pixel: Int, window: fovea_window, _ rows: Range<Int>, _ channels: Range<Int>,
        into out: UnsafeMutablePointer<Float>, sums: UnsafeMutablePointer<Float>?
    ) {
        let first = channels.lowerBound
        var job = fovea_depthwise(
            x: x, x_row: W * pixel, x_pixel: pixel, filter: filters + first, filter_tap: C,
            bias: bias.map { $0 + first }, out: out + first, out_row: window.OW * C, out_pixel: C,
            sums: sums.map { $0 + first }, C: channels.count, window: window, activation: activation.kernel)
        withUnsafePointer(to: &job) { Kernels.selected.depthwise($0, rows.lowerBound, rows.upperBound) }
    }
}
