import CKernels

extension Tensor {
    /// The convolution of the images with `filters`, then `activation(y + bias + residual)`.
    ///
    /// - Parameters:
    ///   - filters: `[KH, KW, C / groups, M]`; `self` is `[N, H, W, C]`, the result `[N, OH, OW, M]`.
    ///   - bias: `[M]`.
    ///   - groups: how many; the `g`-th part of the output channels sees only the `g`-th part of the input channels.
    ///   - residual: of the result's shape.
    public func convolved(
        _ filters: Tensor, bias: Tensor? = nil, window: Window, groups: Int = 1, residual: Tensor? = nil,
        activation: Activation = .none
    ) -> Tensor {
        let (N, H, W, C) = imageShape
        let M = filters.shape.last ?? 0
        precondition(C.isMultiple(of: groups) && M.isMultiple(of: groups), "\(groups) groups do not divide \(C), \(M)")
        precondition(
            filters.shape == Shape(window.kernel.height, window.kernel.width, C / groups, M),
            "filters \(filters.shape) do not fit \(groups) groups of input \(shape) with \(window)")
        if groups == 1, window.isPointwise {
            return linear(filters.reshaped(Shape(C, M)), bias: bias, residual: residual, activation: activation)
        }

        let (OH, OW) = window.outputSize(H, W)
        let epilogue = Epilogue(
            bias: bias, residual: residual, activation: activation, outputShape: Shape(N, OH, OW, M))
        return Tensor(shape: Shape(N, OH, OW, M)) { out in
            guard let out = out.baseAddress, OH * OW > 0 else { return }
            withElements { x in
                filters.withElements { filters in
                    guard let x = x.baseAddress, let filters = filters.baseAddress else { return }
                    let products = WindowProducts(
                        images: x, filters: filters, window: window.onto(H, W, C), groups: groups, M: M)
                    for n in 0..<N { products.compute(image: n, into: out, epilogue) }
                }
            }
        }
    }

    /// The lengths of the four axes `[N, H, W, C]`.
    var imageShape: (N: Int, H: Int, W: Int, C: Int) {
        precondition(shape.count == 4, "expected images [N, H, W, C], got \(shape)")
        return (shape[0], shape[1], shape[2], shape[3])
    }
}

/// A convolution as matrix products: the windows of a block of pixels, side by side, times the filters.
private struct WindowProducts {
    let images: UnsafePointer<Float>
    let filters: UnsafePointer<Float>
    let window: fovea_window
    let groups: Int
    let M: Int

    /// The output pixels whose windows are laid out at once.
    private static let pixelsPerBlock = 256

    private var inputPixels: Int { window.H * window.W }
    private var outputPixels: Int { window.OH * window.OW }
    private var channels: Int { window.C / groups }
    private var K: Int { window.KH * window.KW * channels }

    /// Computes one image of the batch, its pixels split over the pool.
    func compute(image n: Int, into out: UnsafeMutablePointer<Float>, _ epilogue: Epilogue) {
        let image = images + n * inputPixels * window.C
        ComputePool.parallel(ranges: outputPixels, grain: Self.pixelsPerBlock / 4) { range in
            let windows = min(range.count, Self.pixelsPerBlock) * K
            ComputePool.withScratch(bytes: windows * MemoryLayout<Float>.stride) { scratch in
                let scratch = scratch.assumingMemoryBound(to: Float.self)
                for first in stride(from: range.lowerBound, to: range.upperBound, by: Self.pixelsPerBlock) {
                    let block = first..<min(first + Self.pixelsPerBlock, range.upperBound)
                    let rows = n * outputPixels + block.lowerBound..<n * outputPixels + block.upperBound
                    multiply(block, of: image, into: out + rows.lowerBound * M, scratch)
                    epilogue.apply(out, rows: rows)
                }
            }
        }
    }

    private func multiply(
        _ pixels: Range<Int>, of image: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>,
        _ windows: UnsafeMutablePointer<Float>
    ) {
        let outputs = M / groups
        for group in 0..<groups {
            withUnsafePointer(to: window) { window in
                fovea_im2col(
                    windows, image, window, group * channels, channels, pixels.lowerBound, pixels.upperBound)
            }
            matrixProduct(
                M: pixels.count, N: outputs, K: K, MatrixView(elements: windows, stride: K),
                MatrixView(elements: filters + group * outputs, stride: M), into: out + group * outputs, stride: M)
        }
    }
}
