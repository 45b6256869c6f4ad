/// The runs of foreground of a mask, cut where columns end: what outlines and connected regions are made of.
struct ColumnRuns {
    let height: Int
    let width: Int
    /// For each run its first row and the row after its last, column by column, from the top down.
    private(set) var rows: [Int32] = []
    /// Where in `rows` the columns begin, and where the last one ends.
    private(set) var offsets: [Int] = [0]

    var count: Int { rows.count / 2 }

    init(_ mask: RunLengthMask) {
        let (height, width) = (mask.height, mask.width)
        (self.height, self.width) = (height, width)
        var (rows, offsets): ([Int32], [Int]) = ([], [0])
        rows.reserveCapacity(mask.counts.count + 2 * width)
        offsets.reserveCapacity(width + 1)
        mask.forEachRun { run in
            var start = run.lowerBound
            while start < run.upperBound {
                let x = start / height
                while offsets.count <= x { offsets.append(rows.count) }
                let end = min(run.upperBound, (x + 1) * height)
                rows.append(Int32(start - x * height))
                rows.append(Int32(end - x * height))
                start = end
            }
        }
        while offsets.count <= width { offsets.append(rows.count) }
        (self.rows, self.offsets) = (rows, offsets)
    }

    /// The numbers of the runs in column `x`.
    func runs(inColumn x: Int) -> Range<Int> { offsets[x] / 2..<offsets[x + 1] / 2 }

    subscript(run: Int) -> Range<Int> { Int(rows[2 * run])..<Int(rows[2 * run + 1]) }

    /// Calls `body` with the column and the rows of each run.
    func forEachRun(_ body: (Int, Range<Int>) -> Void) {
        for x in 0..<width {
            for run in runs(inColumn: x) { body(x, self[run]) }
        }
    }

    /// The mask of those runs whose numbers `isKept` accepts.
    func mask(where isKept: (Int) -> Bool) -> RunLengthMask {
        var runs = RunBuilder()
        for x in 0..<width {
            var y = 0
            for run in self.runs(inColumn: x) where isKept(run) {
                runs.append(false, count: self[run].lowerBound - y)
                runs.append(true, count: self[run].count)
                y = self[run].upperBound
            }
            runs.append(false, count: height - y)
        }
        return RunLengthMask(height: height, width: width, canonical: runs.counts)
    }
}
