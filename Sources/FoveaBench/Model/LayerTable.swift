import FoveaTensor

/// Where the time of an inference goes: its operations in the network's order, and what lies between them.
public struct LayerTable: Sendable {
    public struct Layer: Sendable {
        public let name: String
        public let milliseconds: Double
        public let operations: Double
        public let gigaflops: Double
        /// Of what the machine's roofline allows, 1 being all.
        public let rooflineShare: Double
    }

    public let layers: [Layer]
    /// Of the traced inferences as a whole, which takes a little longer than without the trace.
    public let milliseconds: Double

    /// The mean over the faster half of `passes`: all parts of one inference, so that they sum up.
    init(_ passes: [(milliseconds: Double, records: [OperationTrace.Record])], _ roofline: Roofline) {
        let sorted = passes.sorted { $0.milliseconds < $1.milliseconds }
        let names = sorted.first?.records.map(\.operation) ?? []
        let kept = sorted.prefix((sorted.count + 1) / 2).filter { $0.records.map(\.operation) == names }
        func mean(_ value: (Int) -> Double) -> Double {
            kept.indices.reduce(0) { $0 + value($1) } / Double(max(kept.count, 1))
        }
        milliseconds = mean { kept[$0].milliseconds }
        layers = names.enumerated().map { index, operation in
            let time = mean { Double(kept[$0].records[index].nanoseconds) / 1e6 }
            let least = roofline.milliseconds(operations: operation.operations, bytes: operation.bytes)
            return Layer(
                name: operation.name, milliseconds: time, operations: operation.operations,
                gigaflops: operation.operations / time / 1e6, rooflineShare: least / time)
        }
    }

    /// Of all layers together.
    public var sum: Double { layers.reduce(0) { $0 + $1.milliseconds } }
    /// The time outside of any layer.
    public var remainder: Double { milliseconds - sum }
    /// The floating-point operations of one inference.
    public var operations: Double { layers.reduce(0) { $0 + $1.operations } }
}
