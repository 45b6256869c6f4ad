/// A few rows of an image with the zeros around them that a window asks for: where the windows of a convolution are
/// runs of neighbouring floats, so that no window is ever copied.
struct PaddedBand {
    let window: Window
    private let H: Int
    private let W: Int
    private let C: Int
    /// Output rows whose windows fit the band.
    private let outputRows: Int
    /// The floats of one padded row.
    let rowFloats: Int
    /// Whether the taps of one row of a window are one run of floats: not where they do not touch, or where a group
    /// leaves out channels.
    private let hasLongRuns: Bool

    /// - Parameter rows: the output rows that the band is to have room for; nil for what stays in the cache.
    init(window: Window, H: Int, W: Int, C: Int, groups: Int, rows: Int? = nil) {
        (self.window, self.H, self.W, self.C) = (window, H, W, C)
        rowFloats = (window.padding.left + W + window.padding.right) * C
        hasLongRuns = window.dilation == 1 && groups == 1
        let reach = window.dilation * (window.kernel.height - 1) + 1
        let fittingRows = Self.bandFloats / max(rowFloats, 1)
        outputRows = rows ?? max(1, (fittingRows - reach) / window.stride + 1)
    }

    /// The floats that a band should not exceed: a part of the second-level cache.
    private static let bandFloats = 32 * 1024

    /// The floats from the window of one output pixel to that of its right neighbour.
    var pixelStep: Int { window.stride * C }
    /// The same to the one below.
    var rowStep: Int { window.stride * rowFloats }
    /// The floats of the whole band.
    var floats: Int { inputRows(outputRows) * rowFloats }

    /// Calls `body` with where the runs of a window begin, in floats after its first one: one per row, or per tap.
    func withOffsets(_ body: (UnsafeBufferPointer<Int>) -> Void) {
        let (KH, KW) = window.kernel
        let runs = hasLongRuns ? 1 : KW
        ComputePool.withScratch(bytes: KH * runs * MemoryLayout<Int>.stride) { memory in
            let offsets = memory.bindMemory(to: Int.self, capacity: KH * runs)
            for i in 0..<KH {
                for j in 0..<runs { offsets[i * runs + j] = window.dilation * (i * rowFloats + j * C) }
            }
            body(UnsafeBufferPointer(start: offsets, count: KH * runs))
        }
    }

    private func inputRows(_ outputRows: Int) -> Int {
        (outputRows - 1) * window.stride + window.dilation * (window.kernel.height - 1) + 1
    }

    /// The fewest output rows of `OW` pixels that are worth another thread.
    func worthwhileRows(_ OW: Int) -> Int { max(1, 56 / max(OW, 1)) }

    /// Calls `body` for each run of output rows of one image that fits the band; `rows` counts through all images, of
    /// `OH` rows each.
    func forEach(_ rows: Range<Int>, OH: Int, _ body: (_ image: Int, _ rows: Range<Int>) -> Void) {
        var next = rows.lowerBound
        while next < rows.upperBound {
            let (image, first) = (next / OH, next % OH)
            let last = min(OH, first + outputRows, first + rows.upperBound - next)
            body(image, first..<last)
            next += last - first
        }
    }

    /// Fills the band for the output rows `rows`: `read` writes one row of the image.
    func fill(
        _ band: UnsafeMutablePointer<Float>, _ rows: Range<Int>,
        read: (_ y: Int, _ row: UnsafeMutablePointer<Float>) -> Void
    ) {
        let top = rows.lowerBound * window.stride - window.padding.top
        let (left, right) = (window.padding.left * C, window.padding.right * C)
        for index in 0..<inputRows(rows.count) {
            let row = band + index * rowFloats
            if (0..<H).contains(top + index) {
                row.update(repeating: 0, count: left)
                read(top + index, row + left)
                (row + left + W * C).update(repeating: 0, count: right)
            } else {
                row.update(repeating: 0, count: rowFloats)
            }
        }
    }
}
