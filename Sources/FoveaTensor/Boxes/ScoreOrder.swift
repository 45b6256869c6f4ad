/// The numbers of the `limit` highest of `scores`, the highest first; of equal ones the first is first. NaN comes before
/// everything else, as PyTorch sorts.
public func bestFirst(_ scores: UnsafeBufferPointer<Float>, limit: Int = .max) -> [Int] {
    precondition(scores.count <= UInt32.max, "\(scores.count) scores are too many to sort")
    var keys: [UInt64] = []
    keys.reserveCapacity(scores.count)
    for index in scores.indices { keys.append(UInt64(rank(of: scores[index])) << 32 | UInt64(index)) }
    if limit < keys.count { keys.removeAllBeyond(limit) }
    keys.sort()
    let lowerHalf = UInt64(UInt32.max)
    return keys.prefix(max(limit, 0)).map { Int($0 & lowerHalf) }
}

func bestFirst(_ scores: [Float]) -> [Int] { scores.withUnsafeBufferPointer { bestFirst($0) } }

/// A whole number that is the lower the higher `score` is.
private func rank(of score: Float) -> UInt32 {
    if score.isNaN { return 0 }
    // Both zeros are one.
    let bits = (score + 0).bitPattern
    // Larger numbers have larger patterns, but negative ones smaller.
    return bits >> 31 == 0 ? ~(bits | 1 << 31) : bits
}

extension [UInt64] {
    /// Removes most of what is not among the `limit` lowest, in one pass: less is left to be sorted.
    fileprivate mutating func removeAllBeyond(_ limit: Int) {
        let shift = UInt64(53)
        var counts = [Int](repeating: 0, count: 1 << (64 - shift))
        for key in self { counts[Int(key >> shift)] += 1 }
        var (last, lowest) = (0, counts[0])
        while lowest < limit {
            last += 1
            lowest += counts[last]
        }
        removeAll { Int($0 >> shift) > last }
    }
}
