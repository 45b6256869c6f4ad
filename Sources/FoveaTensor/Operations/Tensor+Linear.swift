import CKernels

extension Tensor {
    /// Multiplies the last axis with `weights`: `activation(x · weights + bias + residual)`.
    ///
    /// A fully connected layer, or a 1×1 convolution of `[N, H, W, K]`.
    /// - Parameters:
    ///   - weights: `[K, M]`; `self` is `[..., K]`, the result `[..., M]`.
    ///   - bias: `[M]`.
    ///   - residual: of the result's shape.
    public func linear(
        _ weights: Tensor, bias: Tensor? = nil, residual: Tensor? = nil, activation: Activation = .none
    ) -> Tensor {
        guard let K = shape.last, weights.shape.count == 2, weights.shape[0] == K else {
            preconditionFailure("weights \(weights.shape) do not fit input \(shape)")
        }
        let outputShape = shape.withLast(weights.shape[1])
        let epilogue = Epilogue(bias: bias, residual: residual, activation: activation, outputShape: outputShape)
        let rows = shape.dropLast().reduce(1, *)
        return Tensor(shape: outputShape) { out in
            guard let out = out.baseAddress, rows > 0 else { return }
            withElements { x in
                weights.withElements { weights in
                    guard let x = x.baseAddress, let weights = weights.baseAddress else { return }
                    product(rows, MatrixView(elements: x, stride: K), weights, into: out, epilogue)
                }
            }
        }
    }
}

/// Splits out[M, N] = epilogue(x[M, K] · weights[K, N]) over the pool: by rows, or by columns when there are few rows.
private func product(
    _ M: Int, _ x: MatrixView, _ weights: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>,
    _ epilogue: Epilogue
) {
    let (K, N) = (x.stride, epilogue.columns)
    if M >= rowsWorthSplitting {
        ComputePool.parallel(ranges: M, grain: rowsWorthSplitting / 2) { rows in
            // Block by block, so that the epilogue finds the product in the cache.
            for first in stride(from: rows.lowerBound, to: rows.upperBound, by: rowsPerBlock) {
                let count = min(rowsPerBlock, rows.upperBound - first)
                matrixProduct(
                    M: count, N: N, K: K, MatrixView(elements: x.elements + first * K, stride: K),
                    MatrixView(elements: weights, stride: N), into: out + first * N, stride: N)
                epilogue.apply(out, rows: first..<first + count)
            }
        }
    } else {
        let lanes = 16
        ComputePool.parallel(ranges: (N + lanes - 1) / lanes, grain: 4) { panels in
            let columns = panels.lowerBound * lanes..<min(panels.upperBound * lanes, N)
            matrixProduct(
                M: M, N: columns.count, K: K, x, MatrixView(elements: weights + columns.lowerBound, stride: N),
                into: out + columns.lowerBound, stride: N)
        }
        epilogue.apply(out, rows: 0..<M)
    }
}

/// From this many rows on a product is split by rows: OpenBLAS then packs the weights once per part, which few rows
/// do not repay.
private let rowsWorthSplitting = 128

/// The rows of a product that are finished (bias, activation) at once.
private let rowsPerBlock = 512
