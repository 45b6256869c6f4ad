extension Tensor {
    /// The images at twice the size, between the middles of pixels in proportion: PyTorch's bilinear `interpolate` with
    /// `align_corners=False`.
    public func doubled() -> Tensor {
        let (N, H, W, C) = imageShape
        let result = Shape(N, 2 * H, 2 * W, C)
        let start = OperationTrace.start()
        defer { OperationTrace.finish(start, .repetition(shape, 2 * H, 2 * W)) }
        let x = contiguous()
        defer { withExtendedLifetime(x) {} }
        return Tensor(shape: result) { out in
            guard let out = out.baseAddress, H > 0, W > 0 else { return }
            ComputePool.parallel(ranges: N * 2 * H, grain: max(1, 16384 / max(2 * W * C, 1))) { rows in
                for row in rows {
                    let image = x.address + row / (2 * H) * H * W * C
                    let (near, far) = Self.sources(of: row % (2 * H), count: H)
                    let (upper, lower) = (image + near * W * C, image + far * W * C)
                    for column in 0..<2 * W {
                        let (near, far) = Self.sources(of: column, count: W)
                        let to = out + (row * 2 * W + column) * C
                        for c in 0..<C {
                            let nearer = 0.75 * upper[near * C + c] + 0.25 * upper[far * C + c]
                            let farther = 0.75 * lower[near * C + c] + 0.25 * lower[far * C + c]
                            to[c] = 0.75 * nearer + 0.25 * farther
                        }
                    }
                }
            }
        }
    }

    /// The pixel of which three quarters are in pixel `index` at twice the size, and the one of which the rest is.
    private static func sources(of index: Int, count: Int) -> (near: Int, far: Int) {
        let near = index / 2
        return (near, min(max(index.isMultiple(of: 2) ? near - 1 : near + 1, 0), count - 1))
    }
}
