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
        guard ProjectionTiling.isWorthwhile(geometry) else {
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
        let tiling = ProjectionTiling(geometry)
        return withDepthwiseJob(filters, bias: bias, window, activation, after: expansion) { job in
            Tensor(shape: result) { out in
                guard let out = out.baseAddress else { return }
                ComputePool.parallel(count: N * tiling.parts) { index in
                    let (image, part) = index.quotientAndRemainder(dividingBy: tiling.parts)
                    let (rows, columns) = tiling.part(part)
                    let strip = DepthwiseStrip(
                        job, image: image, rows: rows, columns: columns, stepRows: tiling.stepRows)
                    strip.forEachStep { rows, filtered in
                        for (index, row) in rows.enumerated() {
                            let first = (image * pixels + row * geometry.OW + columns.lowerBound) * M
                            projection.compute(
                                filtered + index * columns.count * C, pixels: columns.count, channels: 0..<M,
                                residual: residual.map { $0.address + first }, into: out + first)
                        }
                    }
                }
            }
        }
    }
}
