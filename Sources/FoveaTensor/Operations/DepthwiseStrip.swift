import CKernels

/// Some output rows and columns of an image, filtered from top to bottom in steps of a few rows: what a step reads and makes
/// stays in the second-level cache, and what is expanded for one step is kept for the next ones that read it.
struct DepthwiseStrip {
    private let job: DepthwiseJob
    private let image: UnsafePointer<Float>
    private let rows, columns: Range<Int>
    private let stepRows: Int
    /// The image's columns that are read.
    private let read: Range<Int>
    /// Over the columns that are read.
    private let window: fovea_window

    /// - Parameters:
    ///   - image: the number of the image.
    ///   - stepRows: the output rows of a step.
    init(_ job: DepthwiseJob, image: Int, rows: Range<Int>, columns: Range<Int>, stepRows: Int) {
        let geometry = job.geometry
        (self.job, self.rows, self.columns, self.stepRows) = (job, rows, columns, stepRows)
        self.image = job.address(image: image)
        let across = job.reach(ofColumns: columns)
        read = across.read
        var window = geometry
        (window.W, window.OW, window.left) = (read.count, columns.count, across.before)
        self.window = window
    }

    /// Calls `body` with the output rows of each step and their pixels of these columns, with all channels side by side.
    func forEachStep(_ body: (_ rows: Range<Int>, _ filtered: UnsafePointer<Float>) -> Void) {
        let C = job.geometry.C
        ComputePool.withScratch(floats: stepRows * columns.count * C) { filtered in
            withInput { input in
                for first in stride(from: rows.lowerBound, to: rows.upperBound, by: stepRows) {
                    let step = first..<min(first + stepRows, rows.upperBound)
                    let down = job.reach(ofRows: step)
                    let (x, row) = input(down.read)
                    var window = window
                    (window.H, window.OH, window.top) = (down.read.count, step.count, down.before)
                    job.filter(
                        x, row: row, pixel: C, window: window, 0..<step.count, 0..<C, into: filtered,
                        outRow: columns.count * C, sums: nil)
                    body(step, filtered)
                }
            }
        }
    }

    /// Calls `body` with what gives the input of the filters for some of the image's rows, and the floats from one row to the
    /// next: rows that begin no higher than those asked for before.
    private func withInput(
        _ body: ((_ rows: Range<Int>) -> (UnsafePointer<Float>, row: Int)) -> Void
    ) {
        let (W, C) = (job.geometry.W, job.geometry.C)
        guard let expansion = job.expansion else {
            return body { rows in (image + (rows.lowerBound * W + read.lowerBound) * C, row: W * C) }
        }
        let rowFloats = read.count * C
        let mostRows = (stepRows - 1) * window.stride + window.dilation * (window.KH - 1) + 1
        ComputePool.withScratch(floats: mostRows * rowFloats) { expanded in
            var kept = 0..<0
            body { rows in
                let dropped = rows.lowerBound - kept.lowerBound
                let first = max(rows.lowerBound, kept.upperBound)
                if dropped > 0, dropped < kept.count {
                    expanded.update(from: expanded + dropped * rowFloats, count: (kept.count - dropped) * rowFloats)
                }
                expand(
                    first..<max(first, rows.upperBound), expansion,
                    into: expanded + (first - rows.lowerBound) * rowFloats)
                kept = rows
                return (UnsafePointer(expanded), row: rowFloats)
            }
        }
    }

    private func expand(
        _ rows: Range<Int>, _ expansion: PointwiseConvolution, into out: UnsafeMutablePointer<Float>
    ) {
        let (W, C, inputs) = (job.geometry.W, job.geometry.C, expansion.weights.K)
        let first = image + (rows.lowerBound * W + read.lowerBound) * inputs
        if read.count == W { return expansion.compute(first, pixels: rows.count * W, channels: 0..<C, into: out) }
        for row in 0..<rows.count {
            expansion.compute(
                first + row * W * inputs, pixels: read.count, channels: 0..<C, into: out + row * read.count * C)
        }
    }
}
