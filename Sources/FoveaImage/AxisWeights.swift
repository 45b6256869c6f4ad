import CKernels

/// One axis of a resize.
struct Axis: Hashable, Sendable {
    /// Stored samples.
    let count: Int
    /// How many samples the axis covers, at most `count`: a JPEG decoded at half its size rounds up.
    let extent: Double
    /// The samples that it would have after resizing, of which only `outputs` are wanted.
    let target: Int
    let outputs: Range<Int>
    let filter: ResizeFilter
    /// The upright axis runs against the stored one. The wanted outputs and weights are those of the upright axis all
    /// the same.
    let isReversed: Bool

    /// The samples that make the output `output`, their weights, and the sum of those, on the upright axis.
    fileprivate func weigh(_ output: Int, into weights: inout [Double]) -> (window: Range<Int>, sum: Double) {
        let scale = extent / Double(target)
        let filterScale = max(scale, 1)
        let support = filter.radius * filterScale
        let center = (isReversed ? Double(count) - extent : 0) + (Double(output) + 0.5) * scale
        let lower = max(Int(center - support + 0.5), 0)
        let window = lower..<max(lower, min(Int(center + support + 0.5), count))
        weights.removeAll(keepingCapacity: true)
        var sum = 0.0
        for sample in window {
            let weight = filter.weight(at: (Double(sample) - center + 0.5) * (1 / filterScale))
            weights.append(weight)
            sum += weight
        }
        return (window, sum)
    }
}

/// Which samples of one axis make each output sample, and with what weights: Pillow's, bit for bit.
///
/// Outputs are in the order in which their sources are stored, so windows only move forward.
struct AxisWeights: Sendable {
    /// For each output the source samples it is made of. Near the end they may begin with samples of weight zero, so
    /// that the kernels, who read `taps` samples, don't read past the end.
    let windows: [Range<Int>]
    /// All samples that count.
    let sources: Range<Int>
    /// The length of the longest window, rounded up to an even number.
    let taps: Int
    /// The first samples of the windows, counted from the first of `sources`.
    private let starts: [Int32]
    /// The halves of the weights as the kernels want them: those of output `i` start at `i * stride`.
    private let high: [Int16]
    private let low: [Int16]
    private let stride: Int

    /// The memory it takes.
    var bytes: Int { windows.count * (MemoryLayout<Range<Int>>.stride + 4 + 4 * stride) }

    init(_ axis: Axis) {
        var raw: [Double] = []
        let upright = axis.outputs.map { axis.weigh($0, into: &raw).window }
        let stored =
            axis.isReversed
            ? upright.reversed().map { axis.count - $0.upperBound..<axis.count - $0.lowerBound } : upright
        let sources = (stored.first?.lowerBound ?? 0)..<(stored.last?.upperBound ?? 0)
        let longest = stored.lazy.map(\.count).max() ?? 0
        let taps = (longest + 1) / 2 * 2
        let stride = (taps + 7) / 8 * 8
        let windows = stored.map { window in
            max(sources.lowerBound, min(window.lowerBound, sources.upperBound - taps))..<window.upperBound
        }
        var (high, low) = (
            [Int16](repeating: 0, count: windows.count * stride), [Int16](repeating: 0, count: windows.count * stride)
        )
        for (position, output) in axis.outputs.enumerated() {
            let (window, sum) = axis.weigh(output, into: &raw)
            let row = axis.isReversed ? windows.count - 1 - position : position
            let first = row * stride + windows[row].count - window.count
            for (tap, weight) in raw.enumerated() {
                let share = (sum == 0 ? weight : weight / sum) * Double(1 << FOVEA_WEIGHT_BITS)
                let fixed = Int32(share < 0 ? share - 0.5 : share + 0.5)
                let place = first + (axis.isReversed ? raw.count - 1 - tap : tap)
                low[place] = Int16(truncatingIfNeeded: fixed)
                high[place] = Int16(truncatingIfNeeded: (fixed &- Int32(low[place])) >> 16)
            }
        }
        (self.windows, self.sources, self.taps, self.stride) = (windows, sources, taps, stride)
        (self.high, self.low) = (high, low)
        starts = windows.map { Int32($0.lowerBound - sources.lowerBound) }
    }

    /// Calls `body` with the weights as `resize_across` takes them.
    func withKernelWeights(_ body: (UnsafePointer<fovea_axis_weights>) -> Void) {
        starts.withUnsafeBufferPointer { starts in
            withHalves(ofOutput: 0) { high, low in
                guard let starts = starts.baseAddress else { return }
                var weights = fovea_axis_weights(
                    starts: starts, high: high, low: low, outputs: windows.count, taps: taps, stride: stride)
                body(&weights)
            }
        }
    }

    /// Calls `body` with the halves of the weights of one output.
    func withHalves(ofOutput output: Int, _ body: (UnsafePointer<Int16>, UnsafePointer<Int16>) -> Void) {
        high.withUnsafeBufferPointer { high in
            low.withUnsafeBufferPointer { low in
                guard let high = high.baseAddress, let low = low.baseAddress else { return }
                body(high + output * stride, low + output * stride)
            }
        }
    }
}
