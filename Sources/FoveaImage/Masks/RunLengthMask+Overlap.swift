extension RunLengthMask {
    /// Returns how many pixels are foreground in both masks, which must have the same size.
    public func intersection(with other: RunLengthMask) -> Int {
        var common = 0
        forEachRun(with: other) { count, isMine, isTheirs in
            if isMine, isTheirs { common += count }
        }
        return common
    }

    /// Returns the mask of what is foreground in either mask; they must have the same size.
    public func union(with other: RunLengthMask) -> RunLengthMask {
        var runs = RunBuilder()
        forEachRun(with: other) { count, isMine, isTheirs in runs.append(isMine || isTheirs, count: count) }
        return RunLengthMask(height: height, width: width, canonical: runs.counts)
    }

    /// Calls `body` with each run of pixels in which neither mask changes, and whether it is foreground in this one and in the
    /// other.
    @inline(__always)
    private func forEachRun(with other: RunLengthMask, _ body: (_ count: Int, _ isMine: Bool, _ isTheirs: Bool) -> Void)
    {
        precondition(
            height == other.height && width == other.width,
            "masks of \(width)×\(height) and \(other.width)×\(other.height) pixels can't be compared")
        var (mine, theirs) = (0, 0)
        var (myEnd, theirEnd) = (Int(counts[0]), Int(other.counts[0]))
        var position = 0
        while true {
            let next = min(myEnd, theirEnd)
            body(next - position, mine % 2 == 1, theirs % 2 == 1)
            position = next
            if myEnd == next {
                mine += 1
                guard mine < counts.count else { return }
                myEnd += Int(counts[mine])
            }
            if theirEnd == next {
                theirs += 1
                guard theirs < other.counts.count else { return }
                theirEnd += Int(other.counts[theirs])
            }
        }
    }

    /// Returns the pixels of both masks by the pixels of either, as pycocotools' `iou`: 0 if both are empty.
    public func intersectionOverUnion(with other: RunLengthMask) -> Double {
        let common = intersection(with: other)
        guard common > 0 else { return 0 }
        return Double(common) / Double(area + other.area - common)
    }
}
