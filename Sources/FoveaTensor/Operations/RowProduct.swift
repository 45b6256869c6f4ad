import CKernels

/// A product of contiguous rows, split over the pool.
struct RowProduct {
    let rows: Int
    let x: UnsafePointer<Float>
    /// Factors of the columns of `x`.
    let scale: UnsafePointer<Float>?
    let weights: PackedMatrix
    let finish: ProductFinish
    let out: UnsafeMutablePointer<Float>

    /// From this many rows on they are split; below, the columns, so that no thread reads all weights.
    private static let rowsWorthSplitting = 112

    func compute() {
        if let scale, rows > weights.N, weights.precision == .float32 {
            // There are fewer weights than elements of x.
            weights.withPanels(scaledBy: scale) { scaled in
                share { multiply(x, rows: $0, panels: $1, scaled: scaled) }
            }
        } else if scale == nil, weights.precision == .float32 {
            share { multiply(x, rows: $0, panels: $1) }
        } else {
            share { multiplyPrepared(rows: $0, panels: $1) }
        }
    }

    /// Calls `body` with the parts of the result that the threads of the pool compute.
    private func share(_ body: (_ rows: Range<Int>, _ panels: Range<Int>) -> Void) {
        let tileRows = Kernels.selected.tile_rows
        if rows >= Self.rowsWorthSplitting {
            ComputePool.parallel(ranges: (rows + tileRows - 1) / tileRows, grain: 4) { tiles in
                body(tiles.lowerBound * tileRows..<min(rows, tiles.upperBound * tileRows), 0..<weights.panels)
            }
        } else {
            ComputePool.parallel(ranges: weights.panels, grain: 1) { body(0..<rows, $0) }
        }
    }

    /// Scales, or rounds, the rows in blocks and multiplies these.
    private func multiplyPrepared(rows: Range<Int>, panels: Range<Int>) {
        let blockRows = max(1, Self.preparedFloats / weights.K)
        for first in stride(from: rows.lowerBound, to: rows.upperBound, by: blockRows) {
            let block = first..<min(first + blockRows, rows.upperBound)
            weights.withElements(of: x + first * weights.K, rows: block.count, scaledBy: scale) { prepared in
                multiply(prepared - first * weights.rowElements, rows: block, panels: panels)
            }
        }
    }

    /// The floats of `x` that are prepared at once: a part of the second-level cache.
    private static let preparedFloats = 64 * 1024

    private func multiply(
        _ x: UnsafePointer<Float>, rows: Range<Int>, panels: Range<Int>, scaled: UnsafePointer<Float>? = nil
    ) {
        weights.multiply(
            x, xRow: weights.rowElements, scaled: scaled, into: out, outRow: weights.N, finish, rows: rows,
            panels: panels)
    }
}
