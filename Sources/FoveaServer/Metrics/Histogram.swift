/// Counts of durations by size, as Prometheus wants them.
struct Histogram: Sendable {
    /// Upper bounds in seconds: about four to a factor of ten, from half a millisecond to the longest deadline.
    static let bounds: [Double] = [
        0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5,
        0.75,
        1, 1.5, 2, 3, 5, 10, 30,
    ]

    /// How many values fell into each bucket, not cumulative; the last is for those over every bound.
    private(set) var counts = [Int](repeating: 0, count: bounds.count + 1)
    private(set) var sum = 0.0

    var count: Int { counts.reduce(0, +) }

    mutating func record(_ duration: Duration) {
        let seconds = duration / .seconds(1)
        counts[Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count] += 1
        sum += seconds
    }
}
