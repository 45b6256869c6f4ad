import CKernels

extension Tensor {
    /// Multiplies the last axis with `weights`: `activation((x ∘ scale) · weights + bias + residual)`.
    ///
    /// A fully connected layer, or a 1×1 convolution of `[N, H, W, K]`.
    /// - Parameters:
    ///   - weights: `[K, M]`; `self` is `[..., K]`, the result `[..., M]`.
    ///   - scale: `[N, K]`, factors of the channels of each image; then the first axis of `self` is N long.
    ///   - bias: `[M]`.
    ///   - residual: of the result's shape.
    public func linear(
        _ weights: PackedMatrix, scale: Tensor? = nil, bias: Tensor? = nil, residual: Tensor? = nil,
        activation: Activation = .none
    ) -> Tensor {
        precondition(shape.last == weights.K, "a matrix of \(weights.K) rows does not fit input \(shape)")
        let shape = shape.withLast(weights.N)
        checkFinish(bias: bias, residual: residual, outputShape: shape)
        let parts = scale?.shape[0] ?? 1
        precondition(
            scale.map { $0.shape == Shape(self.shape[0], weights.K) } ?? true,
            "factors \(scale?.shape ?? []) do not fit input \(self.shape)")
        let (x, scale, bias, residual) = (contiguous(), scale?.contiguous(), bias?.contiguous(), residual?.contiguous())
        defer { withExtendedLifetime((x, scale, bias, residual, weights)) {} }
        let start = OperationTrace.start()
        defer {
            OperationTrace.finish(
                start,
                .linear(
                    self.shape, outputs: weights.N, precision: weights.precision, isResidual: residual != nil,
                    activation))
        }

        let rows = x.count / weights.K / parts
        return Tensor(shape: shape) { out in
            guard let out = out.baseAddress, rows > 0 else { return }
            for part in 0..<parts {
                let rowsBefore = part * rows
                RowProduct(
                    rows: rows, x: x.address + rowsBefore * weights.K,
                    scale: scale.map { $0.address + part * weights.K }, weights: weights,
                    finish: ProductFinish(
                        bias: bias?.address, residual: residual.map { $0.address + rowsBefore * weights.N },
                        activation: activation),
                    out: out + rowsBefore * weights.N
                ).compute()
            }
        }
    }
}

/// Checks that `bias` is `[C]` and `residual` of the output's shape `[..., C]`.
func checkFinish(bias: Tensor?, residual: Tensor?, outputShape: Shape) {
    precondition(
        bias.map { $0.shape == Shape(outputShape[outputShape.count - 1]) } ?? true,
        "bias \(bias?.shape ?? []) does not fit \(outputShape)")
    precondition(
        residual.map { $0.shape == outputShape } ?? true,
        "residual \(residual?.shape ?? []) does not fit \(outputShape)")
}
