import CKernels

extension Tensor {
    /// The largest value of each channel in each window; what lies beyond the border counts as −∞.
    ///
    /// - Parameters:
    ///   - window: `self` is `[N, H, W, C]`, the result `[N, OH, OW, C]`.
    ///   - roundingUp: whether a last window that hangs over the far border counts: PyTorch's `ceil_mode`.
    public func maxPooled(_ window: Window, roundingUp: Bool = false) -> Tensor {
        let (N, H, W, C) = imageShape
        var geometry = window.onto(H, W, C, roundingUp: roundingUp)
        let (OH, OW) = (geometry.OH, geometry.OW)
        let result = Shape(N, OH, OW, C)
        let start = OperationTrace.start()
        defer { OperationTrace.finish(start, .maxPool(shape, window, result: result)) }
        let images = contiguous()
        defer { withExtendedLifetime(images) {} }
        return Tensor(shape: result) { out in
            guard let out = out.baseAddress, OH * OW > 0 else { return }
            withUnsafePointer(to: &geometry) { geometry in
                ComputePool.parallel(ranges: N * OH, grain: 4) { rows in
                    for row in rows {
                        let (image, y) = row.quotientAndRemainder(dividingBy: OH)
                        Kernels.selected.max_pool(
                            out + image * OH * OW * C, images.address + image * H * W * C, geometry, y, y + 1)
                    }
                }
            }
        }
    }
}
