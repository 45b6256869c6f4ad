import CKernels

extension Tensor {
    /// The mean of each channel over the image: `[N, H, W, C]` becomes `[N, C]`.
    public func meanOverPixels() -> Tensor {
        let (N, H, W, C) = imageShape
        let start = OperationTrace.start()
        defer { OperationTrace.finish(start, .mean(shape)) }
        let lanes = 16
        let x = contiguous()
        defer { withExtendedLifetime(x) {} }
        return Tensor(shape: Shape(N, C)) { out in
            guard let out = out.baseAddress else { return }
            for n in 0..<N {
                ComputePool.parallel(ranges: (C + lanes - 1) / lanes, grain: 8) { panels in
                    Kernels.selected.mean(
                        out + n * C, x.address + n * H * W * C, H * W, C, panels.lowerBound * lanes,
                        min(panels.upperBound * lanes, C))
                }
            }
        }
    }
}
