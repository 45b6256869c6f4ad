import CKernels

extension Tensor {
    /// The transpose of this matrix times `other`: what sums weighted rows, one sum for each column of weights.
    ///
    /// - Parameter other: `[K, N]`; `self` is `[K, M]`, the result `[M, N]`.
    public func transposedProduct(_ other: Tensor) -> Tensor {
        precondition(
            shape.count == 2 && other.shape.count == 2 && shape[0] == other.shape[0] && shape[0] > 0,
            "the transpose of \(shape) can't be multiplied with \(other.shape)")
        let (K, M, N) = (shape[0], shape[1], other.shape[1])
        let start = OperationTrace.start()
        defer { OperationTrace.finish(start, .transposedProduct(K: K, M: M, N: N)) }
        let (a, b) = (contiguous(), other.contiguous())
        defer { withExtendedLifetime((a, b)) {} }
        return Tensor(shape: Shape(M, N)) { out in
            guard let out = out.baseAddress else { return }
            let columns = Kernels.selected.panel_columns
            ComputePool.parallel(ranges: (N + columns - 1) / columns) { panels in
                Kernels.selected.transposed_product(
                    out, a.address, b.address, K, M, N, panels.lowerBound * columns,
                    min(panels.upperBound * columns, N))
            }
        }
    }
}
