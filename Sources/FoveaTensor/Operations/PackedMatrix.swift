import CKernels

/// A matrix `[K, N]` laid out for the kernels: what rows are multiplied with.
///
/// Packing costs as much as a copy, so a layer packs its weights once, when it is made.
public struct PackedMatrix: Sendable {
    /// Rows of the matrix: columns of what is multiplied with it.
    public let K: Int
    /// Columns of the matrix.
    public let N: Int
    /// Panels of `Kernels.selected.panel_columns` columns, one after the other.
    let storage: TensorStorage

    /// Packs `matrix`, `[K, N]`.
    public init(_ matrix: Tensor) {
        precondition(matrix.shape.count == 2, "a matrix has two axes, not \(matrix.shape)")
        (K, N) = (matrix.shape[0], matrix.shape[1])
        let halfPanel = Kernels.selected.panel_columns / 2
        storage = TensorStorage(count: K * ((N + halfPanel - 1) / halfPanel) * halfPanel)
        let matrix = matrix.contiguous()
        Kernels.selected.pack(address, matrix.address, K, N)
        withExtendedLifetime(matrix) {}
    }

    /// The panels that a product can be split by.
    var panels: Int { (N + Kernels.selected.panel_columns - 1) / Kernels.selected.panel_columns }

    private var address: UnsafeMutablePointer<Float> { storage.elements.baseAddress.unsafelyUnwrapped }

    /// Calls `body` with the product of rows of `x` with this matrix, finished, as the kernels know it.
    ///
    /// - Parameters:
    ///   - xRow: the floats from one row of `x` to the next.
    ///   - outRow: the floats from one row of `out` to the next.
    ///   - offsets: where the runs begin that a row of `x` is put together from, in floats after its start.
    func withProduct(
        _ x: UnsafePointer<Float>, xRow: Int, offsets: [Int] = plainRow, into out: UnsafeMutablePointer<Float>,
        outRow: Int, _ finish: ProductFinish, _ body: (UnsafePointer<fovea_product>) -> Void
    ) {
        offsets.withUnsafeBufferPointer { offsets in
            var product = fovea_product(
                x: x, x_row: xRow, offsets: offsets.baseAddress.unsafelyUnwrapped, segments: offsets.count,
                segment: K / offsets.count, weights: address, N: N, bias: finish.bias, residual: finish.residual,
                residual_row: finish.residualRow ?? N, out: out, out_row: outRow, activation: finish.activation.kernel)
            withUnsafePointer(to: &product, body)
        }
    }
}

/// A row of a matrix begins where it begins.
let plainRow = [0]

/// What is applied to the result of a product: `activation(y + bias + residual)`.
struct ProductFinish {
    let bias: UnsafePointer<Float>?
    let residual: UnsafePointer<Float>?
    /// The floats from one row of the residual to the next; nil where there is nothing between them.
    var residualRow: Int?
    let activation: Activation
}
