import Testing

@testable import FoveaStore

@Suite struct LatencyHistogramTests {
    @Test(arguments: [1, 2, 10, 999, 5000])
    func quantilesAreWithinABucketOfTheSortedDurations(count: Int) throws {
        var generator = SystemRandomNumberGenerator()
        var histogram = LatencyHistogram()
        // From 1 ms to 10 s, evenly spread in the logarithm as latencies about are.
        let durations = (0..<count).map { _ in
            LatencyHistogram.upperBounds[13] * Double.random(in: 1...10, using: &generator)
                * [1, 10, 100, 1000][Int.random(in: 0..<4, using: &generator)]
        }.sorted()
        for duration in durations { histogram.observe(seconds: duration) }
        for q in [0, 0.01, 0.5, 0.9, 0.99, 1] {
            let rank = max(1, Int((q * Double(count)).rounded(.up)))
            let ratio = try #require(histogram.quantile(q)) / durations[rank - 1]
            #expect(ratio > 1 / 1.19 && ratio < 1.19, "quantile \(q) of \(count)")
        }
        #expect(abs(histogram.sum - durations.reduce(0, +)) < 1e-9 * histogram.sum)
        #expect(histogram.count == count)
    }

    @Test func anEmptyHistogramHasNoQuantile() {
        #expect(LatencyHistogram().quantile(0.5) == nil)
    }

    @Test func aBoundBelongsToTheBucketBelowIt() {
        for (bucket, bound) in LatencyHistogram.upperBounds.enumerated() {
            #expect(LatencyHistogram.bucket(of: bound) == bucket)
            #expect(LatencyHistogram.bucket(of: bound.nextUp) == bucket + 1)
        }
        #expect(LatencyHistogram.upperBounds.count == 85)
        #expect(LatencyHistogram.upperBounds[0] == 1e-4)
        #expect(LatencyHistogram.upperBounds[4] == 2e-4)
    }

    @Test(arguments: [0, -1, .nan, -Double.infinity, .leastNonzeroMagnitude])
    func whatIsNoDurationCountsAsTheShortest(seconds: Double) {
        var histogram = LatencyHistogram()
        histogram.observe(seconds: seconds)
        #expect(histogram.counts[0] == 1)
        #expect(histogram.sum < 1e-300)
    }

    @Test(arguments: [1e6, .infinity, .greatestFiniteMagnitude])
    func endlessDurationsAreInTheLastBucket(seconds: Double) {
        var histogram = LatencyHistogram()
        histogram.observe(seconds: seconds)
        #expect(histogram.counts[85] == 1)
        #expect(histogram.quantile(1) == LatencyHistogram.upperBounds[84])
    }
}

@Suite struct CountTextTests {
    @Test func countsAreSparseAndSorted() throws {
        #expect(CountText.encode([503: 2, 200: 17, 404: 0]) == "200:17 503:2")
        #expect(CountText.encode([:]) == "")
        #expect(try CountText.decode("200:17 503:2") == [200: 17, 503: 2])
        #expect(try CountText.decode("") == [:])
    }

    @Test(arguments: [
        " ", "1", "1:", ":1", "1:2:3", "1:2 ", " 1:2", "1:2  3:4", "1:-2", "+1:2", "a:1", "1:2,3:4", "1:2 1:3",
        "1:9223372036854775808", "99999999999999999999:1", "\u{FF11}:1",
    ])
    func whatIsNotWrittenIsNotRead(text: String) {
        #expect(throws: StoreError.malformedRow) { try CountText.decode(text) }
    }
}
