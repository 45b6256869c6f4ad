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
        var shape = shape
        shape[shape.count - 1] = weights.N
        checkFinish(bias: bias, residual: residual, outputShape: shape)
        let parts = scale?.shape[0] ?? 1
        precondition(
            scale.map { $0.shape == [self.shape[0], weights.K] } ?? true,
            "factors \(scale?.shape ?? []) do not fit input \(self.shape)")
        let (x, scale, bias, residual) = (contiguous(), scale?.contiguous(), bias?.contiguous(), residual?.contiguous())
        defer { withExtendedLifetime((x, scale, bias, residual, weights)) {} }

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
func checkFinish(bias: Tensor?, residual: Tensor?, outputShape: [Int]) {
    precondition(
        bias.map { $0.shape == outputShape.suffix(1) } ?? true, "bias \(bias?.shape ?? []) does not fit \(outputShape)")
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
        let tileRows = Kernels.selected.tile_rows
        if rows >= Self.rowsWorthSplitting {
            ComputePool.parallel(ranges: (rows + tileRows - 1) / tileRows, grain: 4) { tiles in
                compute(
                    tiles.lowerBound * tileRows..<min(rows, tiles.upperBound * tileRows), panels: 0..<weights.panels)
            }
        } else {
            ComputePool.parallel(ranges: weights.panels, grain: 1) { panels in
                compute(0..<rows, panels: panels)
            }
        }
    }

    private func compute(_ rows: Range<Int>, panels: Range<Int>) {
        guard let scale else { return multiply(x, rows: rows, panels: panels) }
        let blockRows = max(1, Self.scaledFloats / weights.K)
        ComputePool.withScratch(floats: min(rows.count, blockRows) * weights.K) { scaled in
            for first in stride(from: rows.lowerBound, to: rows.upperBound, by: blockRows) {
                let block = first..<min(first + blockRows, rows.upperBound)
                Kernels.selected.scale(scaled, x + first * weights.K, scale, block.count, weights.K)
                multiply(scaled - first * weights.K, rows: block, panels: panels)
            }
        }
    }

    /// The floats of `x` that are scaled at once: a part of the second-level cache.
    private static let scaledFloats = 64 * 1024

    private func multiply(_ x: UnsafePointer<Float>, rows: Range<Int>, panels: Range<Int>) {
        weights.withProduct(x, xRow: weights.K, into: out, outRow: weights.N, finish) { product in
            Kernels.selected.product(product, rows.lowerBound, rows.upperBound, panels.lowerBound, panels.upperBound)
        }
    }
}
