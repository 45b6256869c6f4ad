public import FoveaTensor

/// The least time that an operation can take on this machine: its arithmetic at the peak, or its memory at the
/// bandwidth, whichever takes longer.
public struct Roofline: Sendable {
    /// 10⁹ floating-point operations a second in the precision and with the instruction set in use.
    public let peak: Double
    /// 10⁹ bytes a second, smaller working sets first.
    private let bandwidths: [(bytes: Int, rate: Double)]

    init(peak: Double, bandwidths: [(bytes: Int, rate: Double)]) {
        (self.peak, self.bandwidths) = (peak, bandwidths)
    }

    /// Measures for about a second.
    public static func measured(threads: Int, _ precision: Precision) -> Roofline {
        let gang = Gang(threads: threads)
        let type = precision == .bfloat16 ? "bf16" : "f32"
        let peak = ArithmeticPeak.all(gang).first { $0.type == type && $0.isInUse }
        let memory = WorkingMemory(bytes: Bandwidth.workingSets.max() ?? 0)
        return Roofline(
            peak: peak?.gigaflops ?? .nan,
            bandwidths: Bandwidth.workingSets.map { bytes in
                (bytes, Bandwidth.copy(bytes: bytes, gang, in: memory))
            })
    }

    /// The least milliseconds for so many floating-point operations on so many bytes, which are in the smallest cache
    /// that holds them.
    func milliseconds(operations: Double, bytes: Double) -> Double {
        let bandwidth = (bandwidths.first { Double($0.bytes) >= bytes } ?? bandwidths.last)?.rate ?? .nan
        return max(operations / peak, bytes / bandwidth) / 1e6
    }
}
