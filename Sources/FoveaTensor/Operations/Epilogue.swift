import CKernels

/// What is applied to the result of a matrix product `[rows, columns]`: `activation(x + bias + residual)`.
struct Epilogue {
    private let bias: Tensor?
    private let residual: Tensor?
    private let activation: Activation
    let columns: Int

    /// Checks that `bias` is `[C]` and `residual` of the output's shape `[..., C]`.
    init(bias: Tensor?, residual: Tensor?, activation: Activation, outputShape: Shape) {
        precondition(
            bias.map { $0.shape == Shape(outputShape.last ?? 1) } ?? true,
            "bias \(bias?.shape ?? []) does not fit \(outputShape)")
        precondition(
            residual.map { $0.shape == outputShape } ?? true,
            "residual \(residual?.shape ?? []) does not fit \(outputShape)")
        self.bias = bias?.contiguous()
        self.residual = residual?.contiguous()
        self.activation = activation
        columns = outputShape.last ?? 1
    }

    /// Finishes `rows` of the product that begins at `product`, in place.
    func apply(_ product: UnsafeMutablePointer<Float>, rows: Range<Int>) {
        if bias == nil, residual == nil, activation == .none { return }
        let start = rows.lowerBound * columns
        Self.withPointers(bias, residual) { bias, residual in
            Kernels.selected.epilogue(
                product + start, product + start, bias, residual.map { $0 + start }, rows.count, columns,
                activation.kernel)
        }
    }

    private static func withPointers(
        _ a: Tensor?, _ b: Tensor?, _ body: (UnsafePointer<Float>?, UnsafePointer<Float>?) -> Void
    ) {
        withPointer(a) { a in withPointer(b) { b in body(a, b) } }
    }
}

/// Calls `body` with the address of a tensor's elements in row-major order, or with nil if there is no tensor.
func withPointer<R>(_ tensor: Tensor?, _ body: (UnsafePointer<Float>?) -> R) -> R {
    guard let tensor else { return body(nil) }
    return tensor.withElements { body($0.baseAddress) }
}
