/// The filters of a convolution, laid out for the kernels.
public struct PackedFilters: Sendable {
    public let kernel: (height: Int, width: Int)
    /// Channels of the input.
    public let inputs: Int
    /// Channels of the output.
    public let outputs: Int
    let groups: Int
    /// One matrix `[KH * KW * inputs / groups, outputs / groups]` per group.
    let matrices: [PackedMatrix]
    /// Instead of `matrices`, filters of 3×3 that were packed for stride 1.
    let winograd: WinogradFilters?

    /// Packs `filters`, `[KH, KW, C / groups, M]`. The `g`-th part of the output channels sees only the `g`-th part of
    /// the input channels. `precision` is that of kernels of 1×1; others compute in float32.
    ///
    /// - Parameter transformed: whether 3×3 filters may be transformed for Winograd's convolution; then windows have stride 1.
    public init(
        _ filters: Tensor, groups: Int = 1, precision: Precision = .float32, transformed: Bool = false
    ) {
        precondition(filters.shape.count == 4, "filters have four axes, not \(filters.shape)")
        let M = filters.shape[3]
        precondition(groups > 0 && M.isMultiple(of: groups), "\(groups) groups do not divide \(M) filters")
        kernel = (filters.shape[0], filters.shape[1])
        (inputs, outputs, self.groups) = (filters.shape[2] * groups, M, groups)
        let all = filters.reshaped([filters.count / M, M])
        let isMatrix = kernel == (1, 1) && groups == 1
        if transformed, kernel == (3, 3), groups == 1,
            WinogradFilters.areWorthwhile(inputs: inputs, outputs: outputs)
        {
            winograd = WinogradFilters(filters)
            matrices = []
            return
        }
        winograd = nil
        matrices = (0..<groups).map { group in
            PackedMatrix(
                all.sliced(1, group * M / groups..<(group + 1) * M / groups),
                precision: isMatrix ? precision : .float32)
        }
    }

    /// The filters as one matrix, if they are 1×1 in one group.
    public var matrix: PackedMatrix? { kernel == (1, 1) && groups == 1 ? matrices[0] : nil }
}
