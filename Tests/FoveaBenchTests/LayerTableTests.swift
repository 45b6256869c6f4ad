import FoveaTensor
import Testing

@testable import FoveaBench

@Suite(.serialized) struct LayerTableTests {
    /// The records of one real recording, to be given different total times.
    private var records: [OperationTrace.Record] {
        let x = Tensor(repeating: 0.5, shape: [1, 16, 16, 41]).contiguous()
        return OperationTrace.recording { _ = (x + x).meanOverPixels() }.records
            .filter { $0.operation.name.contains("41") }
    }

    @Test("Layers come in the network's order, and with the remainder they sum up to the whole")
    func sums() {
        let records = records
        let table = LayerTable([(50, records), (30, records), (40, records)], .init(peak: 10, bandwidths: [(1, 10)]))
        #expect(table.layers.map(\.name) == ["add 16x16x41", "mean 16x16x41"])
        #expect(table.milliseconds == 35)
        #expect(abs(table.sum + table.remainder - 35) < 1e-9)
        #expect(table.operations == 2 * 16 * 16 * 41)
        let add = table.layers[0]
        let measured = Double(records[0].nanoseconds) / 1e6
        #expect(abs(add.milliseconds - measured) < 1e-9)
        // The sum reads two arrays and writes one: that takes longer at 10 GB/s than adding at 10 GFLOP/s.
        let least = 3.0 * 4 * 16 * 16 * 41 / 10 / 1e6
        #expect(abs(add.rooflineShare * add.milliseconds - least) < 1e-9)
    }

    @Test("A pass in which something else computed, too, doesn't count")
    func disturbed() {
        let records = records
        let table = LayerTable([(30, records), (31, records + records), (90, records)], .init(peak: 1, bandwidths: []))
        #expect(table.milliseconds == 30)
        #expect(table.layers.count == 2)
    }
}
