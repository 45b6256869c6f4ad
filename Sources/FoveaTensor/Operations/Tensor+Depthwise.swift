import CKernels

/// A 1×1 convolution that a depthwise one follows at once.
public struct Expansion: Sendable {
    public let weights: PackedMatrix
    /// `[weights.N]`
    public let bias: Tensor
    public let activation: Activation

    public init(weights: PackedMatrix, bias: Tensor, activation: Activation) {
        (self.weights, self.bias, self.activation) = (weights, bias, activation)
    }
}

extension Tensor {
    /// The convolution of each channel of the images with its own filter, then `activation(y + bias)`.
    ///
    /// - Parameters:
    ///   - filters: `[KH, KW, C]`; `self` is `[N, H, W, C]`, or what `expansion` makes so; the result `[N, OH, OW, C]`.
    ///   - bias: `[C]`.
    ///   - expansion: what comes before, if anything. The expanded images, by far the largest of a network, are made in
    ///     pieces that stay in the cache.
    public func depthwise(
        _ filters: Tensor, bias: Tensor? = nil, window: Window, activation: Activation = .none,
        after expansion: Expansion? = nil
    ) -> Tensor {
        depthwise(filters, bias: bias, window: window, activation: activation, after: expansion, means: false).images
    }

    /// As `depthwise`, with the mean of each channel over the result's pixels, `[N, C]`.
    public func depthwiseWithMeans(
        _ filters: Tensor, bias: Tensor? = nil, window: Window, activation: Activation = .none,
        after expansion: Expansion? = nil
    ) -> (images: Tensor, means: Tensor) {
        let result = depthwise(
            filters, bias: bias, window: window, activation: activation, after: expansion, means: true)
        return (result.images, result.means.unsafelyUnwrapped)
    }

    private func depthwise(
        _ filters: Tensor, bias: Tensor?, window: Window, activation: Activation, after expansion: Expansion?,
        means: Bool
    ) -> (images: Tensor, means: Tensor?) {
        let (N, H, W, inputs) = imageShape
        let C = expansion?.weights.N ?? inputs
        precondition(
            expansion.map { $0.weights.K == inputs } ?? true, "the expansion does not fit input \(shape)")
        precondition(
            filters.shape == [window.kernel.height, window.kernel.width, C],
            "filters \(filters.shape) do not fit \(C) channels with \(window)")
        precondition(bias.map { $0.shape == [C] } ?? true, "bias \(bias?.shape ?? []) does not fit \(C) channels")
        let (images, filters, bias) = (contiguous(), filters.contiguous(), bias?.contiguous())
        let expansionBias = expansion?.bias.contiguous()
        defer { withExtendedLifetime((images, filters, bias, expansion, expansionBias)) {} }

        let geometry = window.onto(H, W, C)
        let tiling = DepthwiseTiling(geometry, isExpanded: expansion != nil)
        return ComputePool.withScratch(floats: means ? N * tiling.bands * C : 0) { sums in
            if means { sums.update(repeating: 0, count: N * tiling.bands * C) }
            let result = Tensor(shape: [N, geometry.OH, geometry.OW, C]) { out in
                guard let out = out.baseAddress, geometry.OH * geometry.OW > 0 else { return }
                ComputePool.parallel(count: N * tiling.parts) { index in
                    let (image, part) = index.quotientAndRemainder(dividingBy: tiling.parts)
                    let (chunk, band) = part.quotientAndRemainder(dividingBy: tiling.bands)
                    let depthwise = DepthwisePart(
                        geometry: geometry, rows: tiling.rows(band: band), channels: tiling.channels(chunk: chunk),
                        filters: filters.address, bias: bias?.address, activation: activation,
                        out: out + image * geometry.OH * geometry.OW * C,
                        sums: means ? sums + (image * tiling.bands + band) * C : nil)
                    let x = images.address + image * H * W * inputs
                    if let expansion, let expansionBias {
                        depthwise.compute(expanding: x, expansion, bias: expansionBias.address)
                    } else {
                        depthwise.compute(x)
                    }
                }
            }
            let pixels = geometry.OH * geometry.OW
            return (result, means ? meansOf(sums, N, bands: tiling.bands, C, pixels: pixels) : nil)
        }
    }
}

/// The sums `[N, bands, C]` over all `pixels` of each image as means `[N, C]`.
private func meansOf(_ sums: UnsafePointer<Float>, _ N: Int, bands: Int, _ C: Int, pixels: Int) -> Tensor {
    Tensor(shape: [N, C]) { means in
        for n in 0..<N {
            for c in 0..<C {
                var sum: Float = 0
                for band in 0..<bands { sum += sums[(n * bands + band) * C + c] }
                means[n * C + c] = sum / Float(pixels)
            }
        }
    }
}

/// How a depthwise convolution is cut into parts that are computed one by one: bands of output rows times chunks of
/// channels. Of an expanded image a part is small enough to stay in the second-level cache between the two steps.
private struct DepthwiseTiling {
    let bands: Int
    let chunks: Int
    var parts: Int { bands * chunks }
    private let OH: Int
    private let C: Int
    private let chunkChannels: Int

    init(_ w: fovea_window, isExpanded: Bool) {
        (OH, C) = (w.OH, w.C)
        if isExpanded {
            let panel = Kernels.selected.panel_columns
            // A whole image of few channels where that fits; else a band of it.
            let fitting = Self.partFloats / max(w.H * w.W, 1) / panel * panel
            let sharing = (w.C / Self.leastParts + panel - 1) / panel * panel
            chunkChannels = max(panel, min(fitting, sharing))
            let rowFloats = w.W * chunkChannels
            let rows = max(1, (Self.partFloats / max(rowFloats, 1) - w.KH) / w.stride + 1)
            bands = (w.OH + rows - 1) / max(rows, 1)
            chunks = (w.C + chunkChannels - 1) / chunkChannels
        } else {
            chunkChannels = w.C
            chunks = 1
            bands = min(w.OH, Self.leastParts)
        }
    }

    /// The floats of the expanded part of an image that is in work.
    private static let partFloats = 96 * 1024
    /// As many parts keep a few threads equally busy.
    private static let leastParts = 8

    func rows(band: Int) -> Range<Int> { OH * band / bands..<OH * (band + 1) / bands }
    func channels(chunk: Int) -> Range<Int> { chunk * chunkChannels..<min(C, (chunk + 1) * chunkChannels) }
}

/// Some output rows and channels of the depthwise convolution of one image.
private struct DepthwisePart {
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
        let weights = expansion.weights
        let first = rows.lowerBound * geometry.stride - geometry.top
        let last = (rows.upperBound - 1) * geometry.stride - geometry.top + geometry.dilation * (geometry.KH - 1) + 1
        let needed = max(0, first)..<max(0, first, min(geometry.H, last))
        // The rows stand between the zeros that the filter sees beside them.
        let right = max(
            0,
            (geometry.OW - 1) * geometry.stride + geometry.dilation * (geometry.KW - 1) + 1 - geometry.left - geometry.W
        )
        let width = geometry.left + geometry.W + right
        let C = channels.count
        ComputePool.withScratch(floats: needed.count * width * C) { expanded in
            for row in needed.indices {
                let start = expanded + (row - needed.lowerBound) * width * C
                start.update(repeating: 0, count: geometry.left * C)
                (start + (geometry.left + geometry.W) * C).update(repeating: 0, count: right * C)
            }
            let panel = Kernels.selected.panel_columns
            let finish = ProductFinish(bias: expansionBias, residual: nil, activation: expansion.activation)
            for index in channels.lowerBound / panel..<(channels.upperBound + panel - 1) / panel {
                for row in needed {
                    // The product writes to column n of a row; its first one here is channels.lowerBound.
                    weights.withProduct(
                        x + row * geometry.W * weights.K, xRow: weights.K,
                        into: expanded + ((row - needed.lowerBound) * width + geometry.left) * C - channels.lowerBound,
                        outRow: C, finish
                    ) { product in
                        Kernels.selected.product(product, 0, geometry.W, index, index + 1)
                    }
                }
            }
            var window = geometry
            (window.W, window.left) = (width, 0)
            window.H = needed.count
            window.top = needed.lowerBound - first
            window.OH = rows.count
            run(expanded, pixel: C, window: window, 0..<rows.count)
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
