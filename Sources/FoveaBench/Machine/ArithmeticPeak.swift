import CRoofline
import FoveaTensor

/// How fast the cores compute with one instruction set and type, when nothing else holds them up.
public struct ArithmeticPeak: Sendable {
    /// As `FOVEA_ISA` names it.
    public let isa: String
    /// `f32`, or `bf16` for products of bfloat16 added up in float32.
    public let type: String
    /// The length of a vector.
    public let bits: Int
    public let threads: Int
    /// 10⁹ floating-point operations a second, of all threads together.
    public let gigaflops: Double

    /// Whether the kernels use these instructions; those for bf16 come on top of AVX-512.
    var isInUse: Bool { Kernels.isaName == isa || (Kernels.isaName == "avx512bf16" && isa == "avx512") }

    /// Everything that this machine can compute with, on all threads of a gang at once.
    static func all(_ gang: Gang) -> [ArithmeticPeak] {
        var peaks: [ArithmeticPeak] = []
        while let loop = roofline_arithmetic_at(peaks.count)?.pointee {
            let run = loop.run
            let rate = gang.bestRate(amount: loop.operations) { _, rounds in run(rounds) }
            peaks.append(
                ArithmeticPeak(
                    isa: String(cString: loop.isa), type: String(cString: loop.type), bits: Int(loop.bits),
                    threads: gang.threads, gigaflops: rate / 1e9))
        }
        return peaks
    }

    /// The clock of the cores while all threads of a gang work, in GHz: dependent additions take one cycle each.
    static func gigahertz(_ gang: Gang) -> Double {
        let rate = gang.bestRate(amount: 100) { _, rounds in roofline_dependent_additions(rounds) }
        return rate / Double(gang.threads) / 1e9
    }
}
