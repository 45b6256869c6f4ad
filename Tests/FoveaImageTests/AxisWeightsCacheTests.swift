import Testing

@testable import FoveaImage

@Suite struct AxisWeightsCacheTests {
    static func axis(_ count: Int, target: Int = 10, filter: ResizeFilter = .bilinear, isReversed: Bool = false) -> Axis
    {
        Axis(
            count: count, extent: Double(count), target: target, outputs: 0..<target, filter: filter,
            isReversed: isReversed)
    }

    @Test("Weights are found by everything that makes them")
    func found() {
        var cache = AxisWeightsCache()
        let axis = Self.axis(20)
        let weights = AxisWeights(axis)
        cache.keep(weights, of: axis)
        #expect(cache.find(axis)?.windows == weights.windows)
        let others = [
            Self.axis(21), Self.axis(20, target: 9), Self.axis(20, filter: .bicubic), Self.axis(20, isReversed: true),
            Axis(count: 20, extent: 19.5, target: 10, outputs: 0..<10, filter: .bilinear, isReversed: false),
            Axis(count: 20, extent: 20, target: 10, outputs: 1..<10, filter: .bilinear, isReversed: false),
        ]
        #expect(others.compactMap { cache.find($0) }.isEmpty)
    }

    @Test("Of too many axes the one goes that was not used for longest")
    func counted() {
        var cache = AxisWeightsCache()
        let axes = (0...AxisWeightsCache.countLimit).map { Self.axis(10 + $0) }
        for axis in axes.dropLast() { cache.keep(AxisWeights(axis), of: axis) }
        #expect(cache.count == AxisWeightsCache.countLimit)
        #expect(cache.find(axes[0]) != nil)
        cache.keep(AxisWeights(axes[axes.count - 1]), of: axes[axes.count - 1])
        #expect(cache.count == AxisWeightsCache.countLimit)
        #expect(axes.indices.filter { cache.find(axes[$0]) == nil } == [1])
    }

    @Test("Bytes are bounded, and add up")
    func bounded() {
        var cache = AxisWeightsCache()
        let small = Self.axis(10)
        cache.keep(AxisWeights(small), of: small)
        #expect(cache.bytes == AxisWeights(small).bytes)
        // A fifth of the limit each: the small one goes first, then the oldest.
        let large = (0..<8).map { Self.axis(100_000 + $0, target: 1000, filter: .bicubic) }
        for axis in large { cache.keep(AxisWeights(axis), of: axis) }
        #expect(cache.bytes <= AxisWeightsCache.byteLimit)
        #expect(cache.bytes == large.compactMap { cache.find($0)?.bytes }.reduce(0, +))
        #expect(cache.count < large.count && cache.count > 1)
        #expect(cache.find(small) == nil)
        // What alone exceeds the limit is not kept.
        let huge = Self.axis(3_000_000, target: 10)
        let count = cache.count
        cache.keep(AxisWeights(huge), of: huge)
        #expect(cache.find(huge) == nil)
        #expect(cache.count == count)
    }
}
