import CKernels

/// What the products of a network are computed in.
public enum Precision: Sendable, CaseIterable {
    case float32
    /// Factors rounded to the upper half of a float32, three decimal digits; their sums stay float32. Needs half the memory
    /// and, on machines with bfloat16 products, half the time.
    case bfloat16

    /// Whether this machine computes in it; where it does not, float32 is used instead.
    public var isSupported: Bool { self == .float32 || Kernels.selected.product_bf16 != nil }
}
