import CKernels
import FoveaTensor

/// Resizes rows as they come, in Pillow's two passes of 8 bits each, computing only the pixels that are wanted.
///
/// Every Pillow before 13 resizes the upright picture across first, then down; 13 swaps the passes where that is less work, which
/// changes single levels. If the picture is stored on its side, across is down the stored rows: then that pass comes first.
struct Resampler {
    let columns: AxisWeights
    let rows: AxisWeights
    let isRowsFirst: Bool

    /// Columns of the picture that a row in the ring holds: outputs of the first pass, or sources of the second.
    private var ringColumns: Int { isRowsFirst ? columns.sources.count : columns.windows.count }
    /// Bytes of one row in the ring, and of its slack.
    private var slotBytes: Int { 3 * ringColumns + Int(FOVEA_ROW_SLACK) }
    private var outputBytes: Int { 3 * columns.windows.count + Int(FOVEA_ROW_SLACK) }
    /// Bytes that `run` holds: the ring, a sum of its rows, a finished row.
    var heldBytes: Int { (rows.taps + 1) * slotBytes + outputBytes }

    /// Reads `source` to the end and calls `emit` with the number and pixels of each resized row, `columns.windows.count`
    /// pixels of RGB, in stored order.
    ///
    /// - Returns: the time spent in `source`.
    @discardableResult
    func run<Source: RowSource>(
        _ source: Source, emit: (Int, UnsafePointer<UInt8>) -> Void
    ) throws(Source.Failure) -> Duration {
        let kernels = Kernels.selected
        let needed = rows.sources
        let ring = UnsafeMutablePointer<UInt8>.allocate(capacity: heldBytes)
        ring.initialize(repeating: 0, count: heldBytes)
        let summed = ring + rows.taps * slotBytes
        let last = summed + slotBytes
        let slots = UnsafeMutablePointer<UnsafePointer<UInt8>>.allocate(capacity: rows.taps)
        defer {
            ring.deallocate()
            slots.deallocate()
        }

        let clock = ContinuousClock()
        var before = clock.now
        var decoding = Duration.zero
        try source.skip(rows: needed.lowerBound)
        var next = 0
        for batch in stride(from: needed.lowerBound, to: needed.upperBound, by: rowsAtOnce) {
            let count = min(rowsAtOnce, needed.upperBound - batch)
            var row = try source.next(rows: count) + 3 * (columns.sources.lowerBound - source.firstColumn)
            decoding += clock.now - before
            for y in batch..<batch + count {
                let slot = ring + (y % rows.taps) * slotBytes
                if isRowsFirst {
                    slot.update(from: row, count: 3 * ringColumns)
                } else {
                    columns.withKernelWeights { kernels.resize_across(slot, row, $0) }
                }
                row += source.rowBytes
                while next < rows.windows.count, rows.windows[next].upperBound <= y + 1 {
                    sumDown(ring, slots: slots, output: next, into: summed, kernels: kernels)
                    if isRowsFirst { columns.withKernelWeights { kernels.resize_across(last, summed, $0) } }
                    emit(next, isRowsFirst ? last : summed)
                    next += 1
                }
            }
            before = clock.now
        }
        try source.skip(rows: source.rows - needed.upperBound)
        try source.finish()
        return decoding + (clock.now - before)
    }

    /// Sums the rows of the ring that make the row `output`.
    private func sumDown(
        _ ring: UnsafePointer<UInt8>, slots: UnsafeMutablePointer<UnsafePointer<UInt8>>, output: Int,
        into target: UnsafeMutablePointer<UInt8>, kernels: fovea_kernels
    ) {
        let window = rows.windows[output]
        for y in window { slots[y - window.lowerBound] = ring + (y % rows.taps) * slotBytes }
        let taps = (window.count + 1) / 2 * 2
        // The kernel takes rows in twos; the weight of one that is no part of the window is zero.
        if taps > window.count { slots[window.count] = ring }
        rows.withHalves(ofOutput: output) { high, low in
            kernels.resize_down(target, slots, high, low, taps, 3 * ringColumns)
        }
    }
}
