/// The numbers of `scores` in the order of the scores, the highest first; of equal ones the first is first. NaN comes before
/// everything else, as PyTorch sorts.
func bestFirst(_ scores: [Float]) -> [Int] {
    precondition(scores.count <= UInt32.max, "\(scores.count) scores are too many to sort")
    let lowerHalf = UInt64(UInt32.max)
    var keys = scores.enumerated().map { index, score in UInt64(rank(of: score)) << 32 | UInt64(index) }
    keys.sort()
    return keys.map { Int($0 & lowerHalf) }
}

/// A whole number that is the lower the higher `score` is.
private func rank(of score: Float) -> UInt32 {
    if score.isNaN { return 0 }
    // Both zeros are one.
    let bits = (score + 0).bitPattern
    // Larger numbers have larger patterns, but negative ones smaller.
    return bits >> 31 == 0 ? ~(bits | 1 << 31) : bits
}
