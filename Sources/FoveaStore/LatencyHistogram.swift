import Foundation

/// Counts of durations in buckets that grow by a fourth of an octave, from 0.1 ms to 210 s.
///
/// Histograms add up, over minutes, routes and processes, which percentiles don't. A quantile read from one is off by
/// less than the width of a bucket, 19 %. The bounds are part of what is stored: they never change.
public struct LatencyHistogram: Sendable, Equatable {
    /// The largest duration of each bucket but the last, in seconds; the last bucket has no limit.
    public static let upperBounds: [Double] = (0...84).map { 1e-4 * exp2(Double($0) / 4) }

    /// Durations counted in each bucket, one more than there are bounds.
    public internal(set) var counts = [Int](repeating: 0, count: upperBounds.count + 1)
    /// The sum of the durations, in seconds.
    public internal(set) var sum = 0.0

    public init() {}

    /// Counts one duration. What isn't a positive number counts as zero seconds.
    public mutating func observe(seconds: Double) {
        let bucket = Self.bucket(of: seconds)
        counts[bucket] = counts[bucket].addingClamped(1)
        if seconds.isFinite, seconds > 0 { sum += seconds }
    }

    /// Adds what another histogram counted.
    public mutating func add(_ other: LatencyHistogram) {
        for (bucket, count) in other.counts.enumerated() { counts[bucket] = counts[bucket].addingClamped(count) }
        sum += other.sum
    }

    /// The number of durations counted.
    public var count: Int {
        counts.reduce(0) { $0.addingClamped($1) }
    }

    /// The duration that a share `q` of the durations doesn't exceed (the nearest rank), in seconds.
    ///
    /// Within a bucket, the durations are taken as evenly spread. Nil if there are none.
    public func quantile(_ q: Double) -> Double? {
        let total = count
        guard total > 0 else { return nil }
        let rank = max(1, min(Double(total), (q * Double(total)).rounded(.up)))
        var below = 0.0
        for (bucket, count) in counts.enumerated() where count > 0 {
            if below + Double(count) >= rank {
                let lower = bucket > 0 ? Self.upperBounds[bucket - 1] : 0
                let upper = bucket < Self.upperBounds.count ? Self.upperBounds[bucket] : lower
                return lower + (upper - lower) * (rank - below) / Double(count)
            }
            below += Double(count)
        }
        return Self.upperBounds.last
    }

    /// The first bucket whose bound isn't below `seconds`.
    static func bucket(of seconds: Double) -> Int {
        guard seconds > 0 else { return 0 }
        var (low, high) = (0, upperBounds.count)
        while low < high {
            let middle = (low + high) / 2
            if upperBounds[middle] < seconds { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension Int {
    /// The sum, or the nearest number there is: a counter read from a file must not end the process.
    func addingClamped(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other > 0 ? .max : .min) : sum
    }
}
