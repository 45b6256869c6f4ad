extension RunLengthMask {
    /// Returns how many pixels are foreground in both masks, which must have the same size.
    public func intersection(with other: RunLengthMask) -> Int {
        precondition(
            height == other.height && width == other.width,
            "masks of \(width)×\(height) and \(other.width)×\(other.height) pixels can't be compared")
        var (mine, theirs) = (0, 0)
        var (myEnd, theirEnd) = (Int(counts[0]), Int(other.counts[0]))
        var (position, common) = (0, 0)
        while true {
            let next = min(myEnd, theirEnd)
            if mine % 2 == 1, theirs % 2 == 1 { common += next - position }
            position = next
            if myEnd == next {
                mine += 1
                guard mine < counts.count else { return common }
                myEnd += Int(counts[mine])
            }
            if theirEnd == next {
                theirs += 1
                guard theirs < other.counts.count else { return common }
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
