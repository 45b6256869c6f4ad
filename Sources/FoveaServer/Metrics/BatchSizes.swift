import FoveaServing

/// How many images the runs of a network had, as a Prometheus histogram wants it.
struct BatchSizes {
    /// Upper bounds in images.
    static let bounds = [1, 2, 4, 8, 16, 32, 64, 128]

    /// Runs by the bucket they fell into, not cumulative; the last is for those over every bound.
    private(set) var counts = [Int](repeating: 0, count: bounds.count + 1)
    /// Images of all runs.
    private(set) var images = 0

    /// Adds what one version of the model has run.
    mutating func add(_ statistics: ModelStatistics.Values) {
        for (size, stages) in statistics.batches {
            counts[Self.bounds.firstIndex { size <= $0 } ?? Self.bounds.count] += stages.infer.count
        }
        images += statistics.inferences
    }
}
