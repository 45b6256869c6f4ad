import FoveaTensor

/// What `fovea bench machine` finds out: the limits that every other number is to be read against.
public struct MachineReport: Sendable {
    public let processor: String
    /// The most threads that were used.
    public let threads: Int
    /// The instruction set that the kernels use.
    public let isa: String
    /// The clock of the cores with so many of them at work.
    public let clocks: [(threads: Int, gigahertz: Double)]
    public let peaks: [ArithmeticPeak]
    public let products: [ProductRate]
    public let bandwidths: [Bandwidth]
    public let pool: PoolCosts

    /// Measures with one thread, two, four, … up to `threads`; takes some seconds.
    public static func measured(threads: Int) -> MachineReport {
        let gangs = Gang.sizes(upTo: threads).map(Gang.init)
        let memory = WorkingMemory(bytes: max(Bandwidth.workingSets.max() ?? 0, threads * 2048))
        return MachineReport(
            processor: ProcessorName.read(), threads: threads, isa: Kernels.isaName,
            clocks: gangs.map { ($0.threads, ArithmeticPeak.gigahertz($0)) },
            peaks: gangs.flatMap(ArithmeticPeak.all),
            products: ProductRate.all(),
            bandwidths: gangs.flatMap { gang in
                Bandwidth.workingSets.map { Bandwidth.measured(bytes: $0, gang, in: memory) }
            },
            pool: .measured(threads: threads))
    }

    /// What a reader of the numbers must know.
    public var notes: [String] {
        let inUse = peaks.filter { $0.isa == isa && $0.type == "f32" }
        guard let one = inUse.first(where: { $0.threads == 1 }), let two = inUse.first(where: { $0.threads == 2 })
        else { return [] }
        return Self.note(speedup: two.gigaflops / one.gigaflops).map { [$0] } ?? []
    }

    /// Two cores of one's own reach about twice the peak of one.
    static func note(speedup: Double) -> String? {
        guard speedup < 1.3 else { return nil }
        return
            "2 threads reach \(speedup.fixed(2))x of one: they are siblings on one core, or something else uses a core"
    }
}
