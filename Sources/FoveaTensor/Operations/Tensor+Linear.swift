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

/// A product of contiguous rows, split over the pool.
private struct RowProduct {
    let rows: Int
    let x: UnsafePointer<Float>
    /// Factors of the columns of `x`.
    let scale: UnsafePointer<Float>?
    let weights: PackedMatrix
    let finish: ProductFinish
    let out: UnsafeMutablePointer<Float>

    /// From this many rows on they are split; below, the columns, so that no thread reads all weights.
    private static let rowsWorthSplitting = 112

    func compute() {
        if let scale, rows > weights.N, weights.precision == .float32 {
            // There are fewer weights than elements of x.
            weights.withPanels(scaledBy: scale) { scaled in
                share { multiply(x, rows: $0, panels: $1, scaled: scaled) }
            }
        } else if scale == nil, weights.precision == .float32 {
            share { multiply(x, rows: $0, panels: $1) }
        } else {
            share { multiplyPrepared(rows: $0, panels: $1) }
        }
    }

    /// Calls `body` with the parts of the result that the threads of the pool compute.
    private func share(_ body: (_ rows: Range<Int>, _ panels: Range<Int>) -> Void) {
        let tileRows = Kernels.selected.tile_rows
        if rows >= Self.rowsWorthSplitting {
            ComputePool.parallel(ranges: (rows + tileRows - 1) / tileRows, grain: 4) { tiles in
                body(tiles.lowerBound * tileRows..<min(rows, tiles.upperBound * tileRows), 0..<weights.panels)
            }
        } else {
            ComputePool.parallel(ranges: weights.panels, grain: 1) { body(0..<rows, $0) }
        }
    }

    /// Scales, or rounds, the rows in blocks and multiplies these.
    private func multiplyPrepared(rows: Range<Int>, panels: Range<Int>) {
        let blockRows = max(1, Self.preparedFloats / weights.K)
        for first in stride(from: rows.lowerBound, to: rows.upperBound, by: blockRows) {
            let block = first..<min(first + blockRows, rows.upperBound)
            weights.withElements(of: x + first * weights.K, rows: block.count, scaledBy: scale) { prepared in
                multiply(prepared - first * weights.rowElements, rows: block, panels: panels)
            }
        }
    }

    /// The floats of `x` that are prepared at once: a part of the second-level cache.
    private static let preparedFloats = 64 * 1024

    private func multiply(
        _ x: UnsafePointer<Float>, rows: Range<Int>, panels: Range<Int>, scaled: UnsafePointer<Float>? = nil
    ) {
        weights.multiply(
            x, xRow: weights.rowElements, scaled: scaled, into: out, outRow: weights.N, finish, rows: rows,
            panels: panels)
    }
}
