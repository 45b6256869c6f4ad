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
    ///   - token: the address of the key of width `width` of a token, by its number in the block; the value is `step`
    ///     floats further.
    init(
        row: Int, count: Int, width: Int, in memory: UnsafeMutablePointer<Float>, step: Int,
        token: (Int) -> UnsafePointer<Float>
    ) {
        (self.row, keys) = (row, count)
        packedKeys = memory
        packedValues = memory + PackedMatrix.packedCount(elements: width, count)
        let panel = Kernels.selected.panel_columns
        ComputePool.withScratch(floats: count * width) { values in
            for key in 0..<count {
                let source = token(key)
                let (number, column) = key.quotientAndRemainder(dividingBy: panel)
                let columns = Self.panelColumns(left: count - number * panel)
                let target = packedKeys + number * panel * width + column
                for c in 0..<width { target[c * columns] = source[c] }
                (values + key * width).update(from: source + step, count: width)
            }
            Kernels.selected.pack(packedValues, values, count, width)
        }
        clearUnusedColumns(width: width)
    }

    /// How wide a panel is that has so many keys left: the last one half as wide where that suffices.
    private static func panelColumns(left: Int) -> Int {
        let panel = Kernels.selected.panel_columns
        return left > panel / 2 ? panel : panel / 2
    }

    /// What the kernels multiply beyond the last key must at least be numbers.
    private func clearUnusedColumns(width: Int) {
        let panel = Kernels.selected.panel_columns
        let number = keys / panel
        let left = keys - number * panel
        guard left > 0 else { return }
        let columns = Self.panelColumns(left: left)
        let target = packedKeys + number * panel * width
        for c in 0..<width { (target + c * columns + left).update(repeating: 0, count: columns - left) }
    }
}
