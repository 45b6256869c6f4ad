import FoveaModels
import FoveaServing
public import FoveaTensor

/// What `fovea bench MODEL` finds out.
public struct ModelReport: Sendable {
    public let model: String
    public let architecture: String
    public let part: BenchedPart
    public let threads: Int
    public let batch: Int
    public let precision: Precision
    /// The instruction set of the kernels.
    public let isa: String
    public let timings: Timings
    public let layers: LayerTable
    public let roofline: Roofline

    /// - Parameter rounds: how many inferences to time; nil for 3 seconds and at least 30.
    public init(_ bench: ModelBench, rounds: Int?) {
        (model, architecture) = (bench.model.name, bench.model.architecture.name)
        part = bench.part
        (threads, batch, precision) = (bench.threads, bench.batch, bench.model.precision)
        isa = Kernels.isaName
        roofline = .measured(threads: bench.threads, precision)
        bench.warmUp()
        timings = Timings(rounds.map(bench.milliseconds(rounds:)) ?? bench.milliseconds())
        layers = LayerTable(bench.traced(), roofline)
    }

    /// 10⁹ floating-point operations a second over the median inference.
    public var gigaflops: Double { layers.operations / timings.median / 1e6 }
}
