extension RunLengthMask {
    /// Returns a mask of `height` rows of `width` pixels that has this one at column `x` and row `y`, where it must lie inside,
    /// and background around it.
    public func placed(x: Int, y: Int, height: Int, width: Int) -> RunLengthMask {
        precondition(
            x >= 0 && y >= 0 && self.width <= width - x && self.height <= height - y
                && height <= Int(Int32.max) / width,
            "\(self.width)×\(self.height) pixels at (\(x), \(y)) lie outside of \(width)×\(height)")
        guard self.height != height || self.width != width else { return self }
        var runs = RunBuilder()
        var position = 0
        ColumnRuns(self).forEachRun { column, rows in
            let start = (x + column) * height + y + rows.lowerBound
            runs.append(false, count: start - position)
            runs.append(true, count: rows.count)
            position = start + rows.count
        }
        runs.append(false, count: height * width - position)
        return RunLengthMask(height: height, width: width, canonical: runs.counts)
    }
}
