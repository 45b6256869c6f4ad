/// Resizes rows as they come, in Pillow's two passes of 8 bits each, computing only the pixels that are wanted.
///
/// Pillow resizes the upright picture across first, then down. If the picture is stored on its side, across is down the
/// stored rows: then that pass comes first.
struct Resampler {
    let columns: AxisWeights
    let rows: AxisWeights
    let isRowsFirst: Bool

    /// Columns of the picture that a row in the ring holds: outputs of the first pass, or sources of the second.
    private var ringColumns: Int { isRowsFirst ? columns.sources.count : columns.windows.count }
    /// Bytes that `run` holds.
    var heldBytes: Int { 3 * ringColumns * (rows.stride + 5) }

    /// Reads `source` to the end and calls `emit` with the number and pixels of each resized row, `columns.windows.count`
    /// pixels of RGB, in stored order.
    ///
    /// - Returns: the time spent in `source`.
    @discardableResult
    func run<Source: RowSource>(
        _ source: Source, emit: (Int, UnsafePointer<UInt8>) -> Void
    ) throws(Source.Failure) -> Duration {
        let clock = ContinuousClock()
        let needed = rows.sources
        let rowBytes = 3 * ringColumns
        let ring = UnsafeMutablePointer<UInt8>.allocate(capacity: rows.stride * rowBytes)
        let sums = UnsafeMutablePointer<Int32>.allocate(capacity: rowBytes)
        let summed = UnsafeMutablePointer<UInt8>.allocate(capacity: rowBytes)
        let last = UnsafeMutablePointer<UInt8>.allocate(capacity: 3 * columns.windows.count)
        defer {
            ring.deallocate()
            sums.deallocate()
            summed.deallocate()
            last.deallocate()
        }

        var before = clock.now
        var decoding = Duration.zero
        try source.skip(rows: needed.lowerBound)
        var next = 0
        for y in needed {
            let row = try source.nextRow() + 3 * (columns.sources.lowerBound - source.firstColumn)
            let after = clock.now
            decoding += after - before
            let slot = ring + (y % rows.stride) * rowBytes
            if isRowsFirst { slot.update(from: row, count: rowBytes) } else { resizeAcross(row, into: slot) }
            while next < rows.windows.count, rows.windows[next].upperBound <= y + 1 {
                sumDown(ring, output: next, count: rowBytes, sums: sums, into: summed)
                if isRowsFirst { resizeAcross(summed, into: last) }
                emit(next, isRowsFirst ? last : summed)
                next += 1
            }
            before = clock.now
        }
        try source.skip(rows: source.rows - needed.upperBound)
        try source.finish()
        return decoding + (clock.now - before)
    }

    /// Resizes one row, given from the first source column on.
    private func resizeAcross(_ row: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<UInt8>) {
        let firstColumn = columns.sources.lowerBound
        columns.weights.withUnsafeBufferPointer { weights in
            columns.windows.withUnsafeBufferPointer { windows in
                var weight = weights.baseAddress.unsafelyUnwrapped
                var target = target
                for window in windows {
                    var pixel = row + 3 * (window.lowerBound &- firstColumn)
                    var (red, green, blue) = (Self.half, Self.half, Self.half)
                    for tap in 0..<window.count {
                        let w = weight[tap]
                        red &+= w &* Int32(truncatingIfNeeded: pixel[0])
                        green &+= w &* Int32(truncatingIfNeeded: pixel[1])
                        blue &+= w &* Int32(truncatingIfNeeded: pixel[2])
                        pixel += 3
                    }
                    target[0] = Self.rounded(red)
                    target[1] = Self.rounded(green)
                    target[2] = Self.rounded(blue)
                    target += 3
                    weight += columns.stride
                }
            }
        }
    }

    /// Sums the rows of the ring that make the row `output`.
    private func sumDown(
        _ ring: UnsafePointer<UInt8>, output: Int, count: Int, sums: UnsafeMutablePointer<Int32>,
        into target: UnsafeMutablePointer<UInt8>
    ) {
        let window = rows.windows[output]
        sums.update(repeating: Self.half, count: count)
        rows.weights.withUnsafeBufferPointer { weights in
            for y in window {
                let weight = weights[output &* rows.stride &+ (y &- window.lowerBound)]
                let row = ring + (y % rows.stride) * count
                for i in 0..<count { sums[i] &+= weight &* Int32(truncatingIfNeeded: row[i]) }
            }
        }
        for i in 0..<count { target[i] = Self.rounded(sums[i]) }
    }

    private static let half = Int32(1) << (AxisWeights.precision - 1)

    @inline(__always)
    private static func rounded(_ sum: Int32) -> UInt8 {
        UInt8(truncatingIfNeeded: min(max(sum &>> AxisWeights.precision, 0), 255))
    }
}
