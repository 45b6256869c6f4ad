import CKernels

/// A matrix `[K, N]` laid out for the kernels: what rows are multiplied with.
///
/// Packing costs as much as a copy, so a layer packs its weights once, when it is made.
public struct PackedMatrix: Sendable {
    /// Rows of the matrix: columns of what is multiplied with it.
    public let K: Int
    /// Columns of the matrix.
    public let N: Int
    /// What the products are computed in: what was asked for, or float32 where the machine or an odd K doesn't allow it.
    public let precision: Precision
    /// Panels of `Kernels.selected.panel_columns` columns, one after the other.
    private let storage: TensorStorage

    /// Packs `matrix`, `[K, N]`.
    ///
    /// - Parameter isTemporary: whether it is computed by the job that multiplies with it, and in memory like its tensors'.
    public init(_ matrix: Tensor, precision: Precision = .float32, isTemporary: Bool = false) {
        precondition(matrix.shape.count == 2, "a matrix has two axes, not \(matrix.shape)")
        (K, N) = (matrix.shape[0], matrix.shape[1])
        let packBF16 = precision == .bfloat16 && K.isMultiple(of: 2) ? Kernels.selected.pack_bf16 : nil
        self.precision = packBF16 == nil ? .float32 : .bfloat16
        let pack = packBF16 ?? Kernels.selected.pack
        let count = Self.packedCount(elements: packBF16 == nil ? K : K / 2, N)
        storage = isTemporary ? TensorMemory.storage(count: count) : TensorStorage(count: count)
        let matrix = matrix.contiguous()
        pack(address, matrix.address, K, N)
        withExtendedLifetime(matrix) {}
    }

    /// The panels that a product can be split by.
    var panels: Int { (N + Kernels.selected.panel_columns - 1) / Kernels.selected.panel_columns }

    /// The elements of a row that is multiplied with the matrix, of 32 bits: floats, or pairs of bfloat16.
    var rowElements: Int { precision == .bfloat16 ? K / 2 : K }

    private var address: UnsafeMutablePointer<Float> { storage.start }

    static func packedCount(elements: Int, _ N: Int) -> Int {
        let halfPanel = Kernels.selected.panel_columns / 2
        return elements * ((N + halfPanel - 1) / halfPanel) * halfPanel
    }

    /// Calls `body` with the panels of float32, whose row `k` is multiplied with `factors[k]`.
    func withPanels(scaledBy factors: UnsafePointer<Float>, _ body: (UnsafePointer<Float>) -> Void) {
        ComputePool.withScratch(floats: Self.packedCount(elements: K, N)) { scaled in
            Kernels.selected.scale_packed(scaled, address, factors, K, N)
            body(scaled)
        }
    }

    /// Calls `body` with `rows` rows of K floats at `x` as elements for `multiply`, each multiplied with `factors[k]` if
    /// there are factors.
    func withElements(
        of x: UnsafePointer<Float>, rows: Int, scaledBy factors: UnsafePointer<Float>?,
        _ body: (UnsafePointer<Float>) -> Void
    ) {
        if let toBF16 = Kernels.selected.to_bf16, precision == .bfloat16 {
            ComputePool.withScratch(floats: rows * rowElements) { rounded in
                toBF16(rounded, x, factors, rows, K, K)
                body(rounded)
            }
        } else if let factors {
            ComputePool.withScratch(floats: rows * K) { scaled in
                Kernels.selected.scale(scaled, x, factors, rows, K)
                body(scaled)
            }
        } else {
            body(x)
        }
    }

    /// Computes the given rows and panels of the product of `x` with this matrix.
    ///
    /// - Parameters:
    ///   - x: elements as `precision` has them.
    ///   - xRow: the elements from one row of `x` to the next.
    ///   - offsets: where the runs begin that a row of `x` is put together from, in elements after its start; nil for
    ///     one that begins there.
    ///   - scaled: panels to take instead of this matrix's own.
    ///   - outRow: the floats from one row of `out` to the next.
    func multiply(
        _ x: UnsafePointer<Float>, xRow: Int, offsets: UnsafeBufferPointer<Int>? = nil,
        scaled: UnsafePointer<Float>? = nil,
        into out: UnsafeMutablePointer<Float>, outRow: Int, _ finish: ProductFinish, rows: Range<Int>,
        panels: Range<Int>
    ) {
        withUnsafePointer(to: 0) { start in
            let runs = offsets?.count ?? 1
            var product = fovea_product(
                x: x, x_row: xRow, offsets: offsets?.baseAddress ?? start, segments: runs,
                segment: rowElements / runs, weights: scaled ?? UnsafePointer(address), N: N,
                bias: finish.bias, residual: finish.residual, residual_row: finish.residualRow ?? N, out: out,
                out_row: outRow, activation: finish.activation.kernel)
            let productBF16 = precision == .bfloat16 ? Kernels.selected.product_bf16 : nil
            (productBF16 ?? Kernels.selected.product)(
                &product, rows.lowerBound, rows.upperBound, panels.lowerBound, panels.upperBound)
        }
    }
}

/// What is applied to the result of a product: `activation(y + bias + residual)`.
struct ProductFinish {
    let bias: UnsafePointer<Float>?
    let residual: UnsafePointer<Float>?
    /// The floats from one row of the residual to the next; nil where there is nothing between them.
    var residualRow: Int?
    let activation: Activation

    /// What is applied to a part of the result that begins `floats` after its start, in column `columns`.
    func shifted(by floats: Int, columns: Int = 0, residualRow: Int? = nil) -> ProductFinish {
        ProductFinish(
            bias: bias.map { $0 + columns }, residual: residual.map { $0 + floats }, residualRow: residualRow,
            activation: activation)
    }
}
