#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// One axis of a bilinear resize without antialiasing, as PyTorch's `interpolate(align_corners=False)` computes it in
/// single precision: output `i` is `sample[first[i]] * (1 - fraction[i]) + sample[first[i] + 1] * fraction[i]`, where the
/// sample behind the last is the last one again.
struct LinearAxis: Sendable {
    let first: [Int32]
    let fraction: [Float]

    /// Resizes `count` samples to `target`.
    init(count: Int, target: Int) {
        let scale = Float(count) / Float(target)
        var (first, fraction): ([Int32], [Float]) = ([], [])
        first.reserveCapacity(target)
        fraction.reserveCapacity(target)
        for output in 0..<target {
            let source = max(fmaf(scale, Float(output) + 0.5, -0.5), 0)
            let sample = min(Int(source), count - 1)
            first.append(Int32(sample))
            fraction.append(min(max(source - Float(sample), 0), 1))
        }
        (self.first, self.fraction) = (first, fraction)
    }

    private init(first: [Int32], fraction: [Float]) { (self.first, self.fraction) = (first, fraction) }

    /// The first `count` outputs alone.
    func prefix(_ count: Int) -> LinearAxis {
        LinearAxis(first: Array(first.prefix(count)), fraction: Array(fraction.prefix(count)))
    }

    /// For each of `count` samples the first output that lies at or behind it, and at last the number of outputs.
    func outputs(ofSamples count: Int) -> [Int32] {
        var outputs: [Int32] = []
        outputs.reserveCapacity(count + 1)
        for (output, sample) in first.enumerated() {
            while outputs.count <= sample { outputs.append(Int32(output)) }
        }
        while outputs.count <= count { outputs.append(Int32(first.count)) }
        return outputs
    }
}
