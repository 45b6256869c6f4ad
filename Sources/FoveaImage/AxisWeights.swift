/// Which samples of one axis make each output sample, and with what weights: Pillow's, bit for bit.
///
/// Outputs are in the order in which their sources are stored, so windows only move forward.
struct AxisWeights: Sendable {
    /// Bits after the point of a weight.
    static let precision: Int32 = 22

    /// For each output the source samples it is made of.
    let windows: [Range<Int>]
    /// The weights of output `i` start at `i * stride`, one for each sample of its window.
    let weights: [Int32]
    /// The length of the longest window.
    let stride: Int

    /// All samples that count.
    var sources: Range<Int> { (windows.first?.lowerBound ?? 0)..<(windows.last?.upperBound ?? 0) }

    /// Weights to resize an axis to `target` samples, of which only `outputs` are wanted.
    ///
    /// - Parameters:
    ///   - count: stored samples.
    ///   - extent: how many samples the axis covers, at most `count`: a JPEG decoded at half its size rounds up.
    ///   - isReversed: the upright axis runs against the stored one. The wanted outputs and weights are those of the
    ///     upright axis all the same.
    init(count: Int, extent: Double, target: Int, outputs: Range<Int>, filter: ResizeFilter, isReversed: Bool) {
        let scale = extent / Double(target)
        let origin = isReversed ? Double(count) - extent : 0
        let filterScale = max(scale, 1)
        let support = filter.radius * filterScale

        func center(of output: Int) -> Double { origin + (Double(output) + 0.5) * scale }
        func window(of output: Int) -> Range<Int> {
            let lower = max(Int(center(of: output) - support + 0.5), 0)
            return lower..<max(lower, min(Int(center(of: output) + support + 0.5), count))
        }
        let upright = outputs.map(window)
        let stride = upright.lazy.map(\.count).max() ?? 0
        var weights = [Int32](repeating: 0, count: outputs.count * stride)
        for (position, window) in upright.enumerated() {
            let center = center(of: outputs.lowerBound + position)
            let raw = window.map { filter.weight(at: (Double($0) - center + 0.5) * (1 / filterScale)) }
            let sum = raw.reduce(0, +)
            let row = isReversed ? outputs.count - 1 - position : position
            for (tap, weight) in raw.enumerated() {
                let share = (sum == 0 ? weight : weight / sum) * Double(Int32(1) << Self.precision)
                let column = isReversed ? raw.count - 1 - tap : tap
                weights[row * stride + column] = Int32(share < 0 ? share - 0.5 : share + 0.5)
            }
        }
        self.weights = weights
        self.stride = stride
        windows =
            isReversed ? upright.reversed().map { count - $0.upperBound..<count - $0.lowerBound } : upright
    }
}
