import CKernels

extension Tensor {
    /// A depthwise convolution and the 1×1 convolution `projection` of its result, plus `residual` before the last
    /// activation.
    ///
    /// Where the filtered images are large they are never in memory as a whole: each band of them is projected while it
    /// is in the cache. The other parameters are those of `depthwise`.
    public func depthwise(
        _ filters: Tensor, bias: Tensor? = nil, window: Window, activation: Activation = .none,
        after expansion: PointwiseConvolution? = nil, then projection: PointwiseConvolution, residual: Tensor? = nil
    ) -> Tensor {
        let (N, H, W, inputs) = imageShape
        let geometry = window.onto(H, W, expansion?.weights.N ?? inputs)
        let (C, M, pixels) = (geometry.C, projection.weights.N, geometry.OH * geometry.OW)
        guard DepthwiseTiling.projectsBands(geometry) else {
            return depthwise(filters, bias: bias, window: window, activation: activation, after: expansion)
                .linear(
                    projection.weights, bias: projection.bias, residual: residual, activation: projection.activation)
        }
        precondition(projection.weights.K == C, "the projection does not fit \(C) channels")
        let result = Shape(N, geometry.OH, geometry.OW, M)
        checkFinish(bias: projection.bias, residual: residual, outputShape: result)
        let start = OperationTrace.start()
        defer {
            OperationTrace.finish(
                start,
                .depthwise(
                    shape, after: expansion?.weights, window, activation, then: projection,
                    isResidual: residual != nil))
        }
        let residual = residual?.contiguous()
        defer { withExtendedLifetime(residual) {} }
        let tiling = DepthwiseTiling(projecting: geometry)
        return withDepthwiseJob(filters, bias: bias, window, activation, after: expansion) { job in
            Tensor(shape: result) { out in
                guard let out = out.baseAddress else { return }
                ComputePool.parallel(count: N * tiling.bands) { index in
                    let (image, band) = index.quotientAndRemainder(dividingBy: tiling.bands)
                    let rows = tiling.rows(band: band)
                    let first = (image * pixels + rows.lowerBound * geometry.OW) * M
                    ComputePool.withScratch(floats: rows.count * geometry.OW * C) { filtered in
                        for chunk in 0..<tiling.chunks {
                            job.compute(
                                DepthwiseJob.Part(image: image, rows: rows, channels: tiling.channels(chunk: chunk)),
                                into: filtered)
                        }
                        projection.compute(
                            filtered, pixels: rows.count * geometry.OW, channels: 0..<M,
                            residual: residual.map { $0.address + first }, into: out + first)
                    }
                }
            }
        }
    }
}
