import CKernels

/// Which pixels of one column of a photograph are over a threshold, told from the column before it is resized in height.
///
/// A pixel lies between two neighbours of the unresized column, and so does its value: where both are on the same side of the
/// threshold it is not computed.
struct ColumnScan {
    /// `count` values, the last one again, and room up to the next multiple of 64, and one.
    let column: UnsafePointer<Float>
    let count: Int
    let rows: LinearAxis
    let rowsBehind: [Int32]
    let kernels: fovea_kernels

    /// Calls `emit` with runs of pixels from the top down, and whether they are over `threshold`.
    @inline(__always)
    func callAsFunction(_ threshold: Threshold, emit: (Bool, Int) -> Void) {
        var y = 0
        for block in stride(from: 0, to: count, by: 64) {
            var crossings = kernels.crossings(column + block, threshold.upper, threshold.lower)
            while crossings != 0 {
                let sample = block + crossings.trailingZeroBitCount
                crossings &= crossings - 1
                guard sample < count else { break }
                let between = Int(rowsBehind[sample])..<Int(rowsBehind[sample + 1])
                emit(column[sample] > threshold.value, between.lowerBound - y)
                for row in between {
                    let fraction = rows.fraction[row]
                    let value = (column[sample + 1] * fraction).addingProduct(column[sample], 1 - fraction)
                    emit(value > threshold.value, 1)
                }
                y = between.upperBound
            }
        }
        emit(column[count] > threshold.value, rows.first.count - y)
    }
}

/// A threshold, and how far from it a value is decided.
struct Threshold {
    let value: Float
    /// What lies between two values over `upper` is over the threshold, between two at most `lower` it is not: rounding
    /// moves it by less, and what is over 1e-30 does not underflow.
    let upper: Float
    let lower: Float

    init(_ value: Float) {
        self.value = value
        let margin = abs(value) * 0x1p-20
        (upper, lower) = (value + max(margin, 1e-30), value - margin)
    }
}
