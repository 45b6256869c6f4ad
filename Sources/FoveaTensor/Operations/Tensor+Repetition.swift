extension Tensor {
    /// The images enlarged to `height` × `width` without interpolation: each pixel is the one at its place times the ratio of
    /// the sizes, rounded down.
    public func repeated(height OH: Int, width OW: Int) -> Tensor {
        let (N, H, W, C) = imageShape
        precondition(H > 0 && W > 0, "an empty image can't become one of \(OW)×\(OH)")
        let start = OperationTrace.start()
        defer { OperationTrace.finish(start, .repetition(shape, OH, OW)) }
        let x = contiguous()
        defer { withExtendedLifetime(x) {} }
        return Tensor(shape: Shape(N, OH, OW, C)) { out in
            guard let out = out.baseAddress else { return }
            ComputePool.parallel(ranges: N * OH, grain: max(1, 16384 / max(OW * C, 1))) { rows in
                for row in rows {
                    let from = x.address + (row / OH * H + row % OH * H / OH) * W * C
                    for column in 0..<OW {
                        (out + (row * OW + column) * C).update(from: from + column * W / OW * C, count: C)
                    }
                }
            }
        }
    }
}
