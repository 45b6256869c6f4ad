package import CKernels
import Glibc

/// The compiled variants of the kernels.
public enum Kernels {
    /// The table in use: the best this machine can run, or what the environment variable `FOVEA_ISA`
    /// (`baseline`, `avx2`, `avx512`) asks for if it can.
    ///
    /// `nonisolated(unsafe)`: constant once made.
    package nonisolated(unsafe) static let selected = fovea_kernels_for(getenv("FOVEA_ISA")).pointee

    /// The instruction set in use: `baseline`, `avx2` or `avx512`.
    public static var isaName: String { String(cString: selected.name) }
}
