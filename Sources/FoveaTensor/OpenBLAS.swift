import COpenBLAS

/// Makes OpenBLAS compute each product on the thread that asks for it: the cores are shared out by `ComputePool`.
///
/// Compute pools see to it themselves; calling it early keeps OpenBLAS's own threads from ever working.
public func configureOpenBLAS() { _ = isSingleThreaded }

/// Set once, by whoever is first to ask.
private let isSingleThreaded: Bool = {
    openblas_set_num_threads(1)
    return true
}()
