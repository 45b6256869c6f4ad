import CKernels

/// The keys and values of some rows of a window, for one head, laid out for products.
struct KeyBlock {
    /// The window's first row that is in it.
    let row: Int
    let keys: Int
    /// `[width, keys]` and `[keys, width]`, packed.
    let packedKeys, packedValues: UnsafeMutablePointer<Float>

    /// About as many keys as fit the second-level cache, with their scores.
    private static let keysWorthABlock = 256

    /// The rows of a window that are one block.
    static func rows(columns: Int) -> Int { max(1, (keysWorthABlock + columns / 2) / columns) }

    /// The floats that `count` keys take.
    static func floats(_ count: Int, width: Int) -> Int {
        PackedMatrix.packedCount(elements: width, count) + PackedMatrix.packedCount(elements: count, width)
    }

    /// Lays out the keys and values at `tokens`.
    ///
    /// - Parameters:
    ///   - memory: room for `floats(count, width)`.
    ///   - tokens: the addresses of the keys, of width `width`; the values are `step` floats further.
    init(
        row: Int, tokens: UnsafeBufferPointer<UnsafePointer<Float>>, width: Int,
        in memory: UnsafeMutablePointer<Float>, step: Int
    ) {
        (self.row, keys) = (row, tokens.count)
        packedKeys = memory
        packedValues = memory + PackedMatrix.packedCount(elements: width, keys)
        guard let start = tokens.baseAddress else { return }
        Kernels.selected.pack_tokens(packedKeys, packedValues, start, keys, width, step)
    }
}
