import CKernels

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
        after expansion: PointwiseConvolution? = nil
    ) -> Tensor {
        depthwise(filters, bias: bias, window: window, activation: activation, after: expansion, means: false).images
    }

    /// As `depthwise`, with the mean of each channel over the result's pixels, `[N, C]`.
    public func depthwiseWithMeans(
        _ filters: Tensor, bias: Tensor? = nil, window: Window, activation: Activation = .none,
        after expansion: PointwiseConvolution? = nil
    ) -> (images: Tensor, means: Tensor) {
        let result = depthwise(
            filters, bias: bias, window: window, activation: activation, after: expansion, means: true)
        return (result.images, result.means.unsafelyUnwrapped)
    }

    private func depthwise(
        _ filters: Tensor, bias: Tensor?, window: Window, activation: Activation,
        after expansion: PointwiseConvolution?, means: Bool
    ) -> (images: Tensor, means: Tensor?) {
        let start = OperationTrace.start()
        defer { OperationTrace.finish(start, .depthwise(shape, after: expansion?.weights, window, activation)) }
        return withDepthwiseJob(filters, bias: bias, window, activation, after: expansion) { job in
            let (N, geometry) = (shape[0], job.geometry)
            let (C, pixels) = (geometry.C, geometry.OH * geometry.OW)
            let tiling = expansion == nil ? DepthwiseTiling(geometry) : DepthwiseTiling(expanding: geometry)
            return ComputePool.withScratch(floats: means ? N * tiling.bands * C : 0) { sums in
                if means { sums.update(repeating: 0, count: N * tiling.bands * C) }
                let result = Tensor(shape: Shape(N, geometry.OH, geometry.OW, C)) { out in
                    guard let out = out.baseAddress, pixels > 0 else { return }
                    ComputePool.parallel(count: N * tiling.parts) { index in
                        let (image, number) = index.quotientAndRemainder(dividingBy: tiling.parts)
                        let (chunk, band) = number.quotientAndRemainder(dividingBy: tiling.bands)
                        let part = DepthwiseJob.Part(
                            image: image, rows: tiling.rows(band: band), channels: tiling.channels(chunk: chunk))
                        job.compute(
                            part, into: out + (image * pixels + part.rows.lowerBound * geometry.OW) * C,
                            sums: means ? sums + (image * tiling.bands + band) * C : nil)
                    }
                }
                return (result, means ? meansOf(sums, N, bands: tiling.bands, C, pixels: pixels) : nil)
            }
        }
    }

    /// Calls `body` with the depthwise convolution of these images, or of what `expansion` makes of them.
    func withDepthwiseJob<R>(
        _ filters: Tensor, bias: Tensor?, _ window: Window, _ activation: Activation,
        after expansion: PointwiseConvolution?, _ body: (DepthwiseJob) -> R
    ) -> R {
        let (_, H, W, inputs) = imageShape
        let C = expansion?.weights.N ?? inputs
        precondition(
            expansion.map { $0.weights.K == inputs } ?? true, "the expansion does not fit input \(shape)")
        precondition(
            filters.shape == Shape(window.kernel.height, window.kernel.width, C),
            "filters \(filters.shape) do not fit \(C) channels with \(window)")
        precondition(bias.map { $0.shape == Shape(C) } ?? true, "bias \(bias?.shape ?? []) does not fit \(C) channels")
        let (images, filters, bias) = (contiguous(), filters.contiguous(), bias?.contiguous())
        defer { withExtendedLifetime((images, filters, bias)) {} }
        return body(
            DepthwiseJob(
                geometry: window.onto(H, W, C), images: images.address, expansion: expansion,
                filters: filters.address, bias: bias?.address, activation: activation))
    }
}

/// The sums `[N, bands, C]` over all `pixels` of each image as means `[N, C]`.
private func meansOf(_ sums: UnsafePointer<Float>, _ N: Int, bands: Int, _ C: Int, pixels: Int) -> Tensor {
    Tensor(shape: Shape(N, C)) { means in
        for n in 0..<N {
            for c in 0..<C {
                var sum: Float = 0
                for band in 0..<bands { sum += sums[(n * bands + band) * C + c] }
                means[n * C + c] = sum / Float(pixels)
            }
        }
    }
}
