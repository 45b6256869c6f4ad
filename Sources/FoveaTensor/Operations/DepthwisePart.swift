import CKernels

/// Some output rows and channels of the depthwise convolution of one image.
struct DepthwisePart {
    /// The whole image.
    let geometry: fovea_window
    let rows: Range<Int>
    let channels: Range<Int>
    let filters: UnsafePointer<Float>
    let bias: UnsafePointer<Float>?
    let activation: Activation
    /// The whole output image.
    let out: UnsafeMutablePointer<Float>
    /// The sums over these rows, of all channels.
    let sums: UnsafeMutablePointer<Float>?

    private var C: Int { geometry.C }

    /// Computes from the whole image at `x`, which has all channels.
    func compute(_ x: UnsafePointer<Float>) {
        run(x + channels.lowerBound, pixel: C, window: geometry, rows)
    }

    /// Computes from what `expansion` makes of the whole image at `x`.
    func compute(expanding x: UnsafePointer<Float>, _ expansion: Expansion, bias expansionBias: UnsafePointer<Float>) {
        let (weights, W) = (expansion.weights, geometry.W)
        let first = rows.lowerBound * geometry.stride - geometry.top
        let reach = geometry.dilation * (geometry.KH - 1) + 1
        let needed = max(0, first)..<max(0, first, min(geometry.H, first + (rows.count - 1) * geometry.stride + reach))
        let pixels = needed.count * W
        let finish = ProductFinish(bias: expansionBias, residual: nil, activation: expansion.activation)
        let panel = Kernels.selected.panel_columns
        ComputePool.withScratch(floats: pixels * channels.count) { expanded in
            weights.withElements(of: x + needed.lowerBound * W * weights.K, rows: pixels, scaledBy: nil) { x in
                // The product writes to column n of a row, where n counts from the first of all channels.
                weights.multiply(
                    x, xRow: weights.rowElements, into: expanded - channels.lowerBound, outRow: channels.count, finish,
                    rows: 0..<pixels,
                    panels: channels.lowerBound / panel..<(channels.upperBound + panel - 1) / panel)
            }
            var window = geometry
            (window.H, window.OH, window.top) = (needed.count, rows.count, needed.lowerBound - first)
            run(expanded, pixel: channels.count, window: window, 0..<rows.count)
        }
    }

    /// Computes `rows` of `window`, whose input begins at `x` with the first of the channels; the first row goes to the
    /// first one of this part.
    private func run(_ x: UnsafePointer<Float>, pixel: Int, window: fovea_window, _ rows: Range<Int>) {
        var job = fovea_depthwise(
            x: x, x_row: window.W * pixel, x_pixel: pixel, filter: filters + channels.lowerBound, filter_tap: C,
            bias: bias.map { $0 + channels.lowerBound },
            out: out + (self.rows.lowerBound - rows.lowerBound) * window.OW * C + channels.lowerBound,
            out_row: window.OW * C, out_pixel: C, sums: sums.map { $0 + channels.lowerBound }, C: channels.count,
            window: window, activation: activation.kernel)
        withUnsafePointer(to: &job) { Kernels.selected.depthwise($0, rows.lowerBound, rows.upperBound) }
    }
}
