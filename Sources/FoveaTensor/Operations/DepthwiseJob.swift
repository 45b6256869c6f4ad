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
        let image = address(image: part.image)
        let outRow = geometry.OW * C
        guard let expansion else {
            return filter(
                image + part.channels.lowerBound, row: W * C, pixel: C, window: geometry, part.rows, part.channels,
                into: out - part.rows.lowerBound * outRow, outRow: outRow, sums: sums)
        }
        let (needed, before) = reach(ofRows: part.rows)
        let pixel = part.channels.count
        ComputePool.withScratch(floats: needed.count * W * pixel) { expanded in
            expansion.compute(
                image + needed.lowerBound * W * expansion.weights.K, pixels: needed.count * W, channels: part.channels,
                into: expanded)
            var window = geometry
            (window.H, window.OH, window.top) = (needed.count, part.rows.count, before)
            filter(
                expanded, row: W * pixel, pixel: pixel, window: window, 0..<part.rows.count, part.channels, into: out,
                outRow: outRow, sums: sums)
        }
    }

    /// Where image number `image` begins.
    func address(image: Int) -> UnsafePointer<Float> {
        images + image * geometry.H * W * (expansion?.weights.K ?? C)
    }

    /// The image's rows that the filters of some output rows read, and how many of those before the first one are missing.
    func reach(ofRows rows: Range<Int>) -> (read: Range<Int>, before: Int) {
        reach(of: rows, length: geometry.H, kernel: geometry.KH, before: geometry.top)
    }

    /// The same for columns.
    func reach(ofColumns columns: Range<Int>) -> (read: Range<Int>, before: Int) {
        reach(of: columns, length: geometry.W, kernel: geometry.KW, before: geometry.left)
    }

    private func reach(
        of outputs: Range<Int>, length: Int, kernel: Int, before: Int
    ) -> (read: Range<Int>, before: Int) {
        let first = outputs.lowerBound * geometry.stride - before
        let last = first + (outputs.count - 1) * geometry.stride + geometry.dilation * (kernel - 1) + 1
        let read = max(0, first)..<max(0, first, min(length, last))
        return (read, before: read.lowerBound - first)
    }

    /// Computes `rows` of `window`, whose input begins at `x` with the first of `channels`; row 0 goes to `out`, where all
    /// channels lie side by side. Rows, and pixels of the input, lie as many floats apart as said.
    func filter(
        _ x: UnsafePointer<Float>, row: Int, pixel: Int, window: fovea_window, _ rows: Range<Int>,
        _ channels: Range<Int>, into out: UnsafeMutablePointer<Float>, outRow: Int, sums: UnsafeMutablePointer<Float>?
    ) {
        let first = channels.lowerBound
        var job = fovea_depthwise(
            x: x, x_row: row, x_pixel: pixel, filter: filters + first, filter_tap: C,
            bias: bias.map { $0 + first }, out: out + first, out_row: outRow, out_pixel: C,
            sums: sums.map { $0 + first }, C: channels.count, window: window, activation: activation.kernel)
        withUnsafePointer(to: &job) { Kernels.selected.depthwise($0, rows.lowerBound, rows.upperBound) }
    }
}
