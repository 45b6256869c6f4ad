import Synchronization

/// The weights made last, for photographs of the same sizes as before.
struct AxisWeightsCache {
    private static let shared = Mutex(AxisWeightsCache())
    /// Most axes kept, and most bytes of them.
    static let (countLimit, byteLimit) = (64, 8 << 20)

    private var entries: [Axis: (weights: AxisWeights, lastUse: UInt64)] = [:]
    private(set) var bytes = 0
    private var uses: UInt64 = 0
    var count: Int { entries.count }

    /// The weights of `axis`, from the cache that everyone shares.
    static func weights(of axis: Axis) -> AxisWeights {
        if let kept = shared.withLock({ $0.find(axis) }) { return kept }
        let made = AxisWeights(axis)
        shared.withLock { $0.keep(made, of: axis) }
        return made
    }

    mutating func find(_ axis: Axis) -> AxisWeights? {
        guard let kept = entries[axis]?.weights else { return nil }
        uses += 1
        entries[axis]?.lastUse = uses
        return kept
    }

    /// Keeps `weights`; what was not used for longest goes until they fit.
    mutating func keep(_ weights: AxisWeights, of axis: Axis) {
        guard weights.bytes <= Self.byteLimit, entries[axis] == nil else { return }
        while count >= Self.countLimit || bytes + weights.bytes > Self.byteLimit,
            let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse })
        {
            bytes -= oldest.value.weights.bytes
            entries[oldest.key] = nil
        }
        uses += 1
        bytes += weights.bytes
        entries[axis] = (weights, uses)
    }
}
