import COpenBLAS

/// Makes OpenBLAS compute each product on the thread that asks for it: the cores are shared out by `ComputePool`.
///
/// Compute pools and products see to it themselves; calling it early keeps OpenBLAS's own threads from ever working.
public func configureOpenBLAS() { _ = isSingleThreaded }

/// Set once, by whoever is first to ask.
private let isSingleThreaded: Bool = {
    openblas_set_num_threads(1)
    return true
}()

/// A row-major matrix that someone else owns, of which only the columns from `elements` on may be meant.
struct MatrixView {
    let elements: UnsafePointer<Float>
    /// The distance between rows.
    let stride: Int
}

/// out[M, N] = a[M, K] · b[K, N], on this thread; `stride` is the distance between the rows of `out`.
func matrixProduct(
    M: Int, N: Int, K: Int, _ a: MatrixView, _ b: MatrixView, into out: UnsafeMutablePointer<Float>, stride: Int
) {
    configureOpenBLAS()
    if M == 1 {
        cblas_sgemv(
            CblasRowMajor, CblasTrans, blasint(K), blasint(N), 1, b.elements, blasint(b.stride), a.elements, 1, 0,
            out, 1)
    } else {
        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasNoTrans, blasint(M), blasint(N), blasint(K), 1, a.elements,
            blasint(a.stride), b.elements, blasint(b.stride), 0, out, blasint(stride))
    }
}
