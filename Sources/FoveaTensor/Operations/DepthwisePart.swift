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
        let W = geometry.W
        let first = rows.lowerBound * geometry.stride - geometry.top
        let reach = geometry.dilation * (geometry.KH - 1) + 1
        let needed = max(0, first)..<max(0, first, min(geometry.H, first + (rows.count - 1) * geometry.stride + reach))
        // The expanded rows stand between the zeros that the filter sees beside them.
        let seen = (geometry.OW - 1) * geometry.stride + geometry.dilation * (geometry.KW - 1) + 1
        let width = max(seen, geometry.left + W)
        let C = channels.count
        ComputePool.withScratch(floats: needed.count * width * C) { expanded in
            for row in needed.indices {
                let start = expanded + (row - needed.lowerBound) * width * C
                start.update(repeating: 0, count: geometry.left * C)
                (start + (geometry.left + W) * C).update(repeating: 0, count: (width - geometry.left - W) * C)
            }
            expand(x, needed, expansion, expansionBias, into: expanded + geometry.left * C, rowFloats: width * C)
            var window = geometry
            (window.H, window.W, window.OH) = (needed.count, width, rows.count)
            (window.top, window.left) = (needed.lowerBound - first, 0)
            run(expanded, pixel: C, window: window, 0..<rows.count)
        }
    }

    /// Writes the expanded rows `needed` of these channels, `rowFloats` apart.
    private func expand(
        _ x: UnsafePointer<Float>, _ needed: Range<Int>, _ expansion: Expansion,
        _ expansionBias: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>, rowFloats: Int
    ) {
        let (weights, W) = (expansion.weights, geometry.W)
        let finish = ProductFinish(bias: expansionBias, residual: nil, activation: expansion.activation)
        let panel = Kernels.selected.panel_columns
        let start = x + needed.lowerBound * W * weights.K
        weights.withElements(of: start, rows: needed.count * W, scaledBy: nil) { x in
            for index in channels.lowerBound / panel..<(channels.upperBound + panel - 1) / panel {
                for row in 0..<needed.count {
                    // The product writes to column n of a row, where n counts from the first of all channels.
                    weights.multiply(
                        x + row * W * weights.rowElements, xRow: weights.rowElements,
                        into: out + row * rowFloats - channels.lowerBound, outRow: channels.count, finish,
                        rows: 0..<W, panels: index..<index + 1)
                }
            }
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
