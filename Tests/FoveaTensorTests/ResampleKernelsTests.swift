import CKernels
import Glibc
import Testing

/// Resizing of rows against plain 32-bit arithmetic, on every instruction set of this machine.
@Suite struct ResampleKernelsTests {
    /// Weights of `outputs` windows of `taps` samples each, of either sign, and their halves.
    struct Axis {
        let outputs, taps, stride: Int
        let weights: [Int32]
        let high: [Int16]
        let low: [Int16]
        var starts: [Int32]

        init(outputs: Int, taps: Int, sources: Int, largest: Int32, generator: inout some RandomNumberGenerator) {
            (self.outputs, self.taps, stride) = (outputs, taps, (taps + 7) / 8 * 8)
            starts = (0..<outputs).map { Int32($0 * (sources - taps) / max(outputs - 1, 1)) }
            var weights = [Int32](repeating: 0, count: outputs * stride)
            for output in 0..<outputs {
                for tap in 0..<taps {
                    weights[output * stride + tap] = .random(in: -largest / 4...largest, using: &generator)
                }
            }
            low = weights.map { Int16(truncatingIfNeeded: $0) }
            high = zip(weights, low).map { Int16(truncatingIfNeeded: ($0 &- Int32($1)) >> 16) }
            self.weights = weights
        }

        func level(of samples: some Sequence<UInt8>, output: Int) -> UInt8 {
            let sum = zip(samples, weights[(output * stride)...]).reduce(1 << 21 as Int32) { sum, sample in
                sum &+ Int32(sample.0) &* sample.1
            }
            return UInt8(min(max(sum >> 22, 0), 255))
        }
    }

    /// Bytes of which most are the extreme levels.
    static func bytes(_ count: Int, _ generator: inout some RandomNumberGenerator) -> [UInt8] {
        (0..<count).map { _ in
            [0, 255, 255, .random(in: 0...255, using: &generator)].randomElement(using: &generator) ?? 0
        }
    }

    /// Calls `body` with a copy of `bytes` whose slack ends where memory that can't be read begins.
    static func atTheEdge(_ bytes: [UInt8], _ body: (UnsafePointer<UInt8>) -> Void) throws {
        let page = Int(getpagesize())
        let needed = bytes.count + Int(FOVEA_ROW_SLACK)
        let size = (needed + page - 1) / page * page
        let memory = try #require(mmap(nil, size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
        defer { munmap(memory, size + page) }
        #expect(mprotect(memory + size, page, PROT_NONE) == 0)
        let row = (memory + size - needed).bindMemory(to: UInt8.self, capacity: needed)
        row.update(from: bytes, count: bytes.count)
        (row + bytes.count).update(repeating: 0xA5, count: Int(FOVEA_ROW_SLACK))
        body(row)
    }

    /// Weights of pictures that shrink by about half the taps, and any that 32 bits hold.
    static func largest(_ taps: Int) -> [Int32] { [4_194_304 / Int32((taps + 1) / 2), 1 << 30] }

    /// Where the first bytes that differ from `expected` lie.
    private func wrong(_ bytes: [UInt8], _ expected: [UInt8]) -> [Int] {
        Array(expected.indices.filter { bytes[$0] != expected[$0] }.prefix(5))
    }

    @Test("Across: every number of taps, and outputs that don't fill vectors", arguments: KernelTable.all)
    func across(kernels: KernelTable) throws {
        var generator = SystemRandomNumberGenerator()
        for taps in stride(from: 2, through: 70, by: 2) {
            for (outputs, largest) in [(1, 0), (6, 1), (7, 0), (19, 1), (32, 0)] {
                let sources = taps + outputs
                let axis = Axis(
                    outputs: outputs, taps: taps, sources: sources, largest: Self.largest(taps)[largest],
                    generator: &generator)
                let row = Self.bytes(3 * sources, &generator)
                let expected = (0..<3 * outputs).map { i in
                    axis.level(of: (0..<taps).map { row[3 * (Int(axis.starts[i / 3]) + $0) + i % 3] }, output: i / 3)
                }
                var out = [UInt8](repeating: 77, count: 3 * outputs + Int(FOVEA_ROW_SLACK) + 1)
                try Self.atTheEdge(row) { row in
                    axis.starts.withUnsafeBufferPointer { starts in
                        axis.high.withUnsafeBufferPointer { high in
                            axis.low.withUnsafeBufferPointer { low in
                                var weights = fovea_axis_weights(
                                    starts: starts.baseAddress.unsafelyUnwrapped,
                                    high: high.baseAddress.unsafelyUnwrapped, low: low.baseAddress.unsafelyUnwrapped,
                                    outputs: outputs, taps: taps, stride: axis.stride)
                                kernels.table.resize_across(&out, row, &weights)
                            }
                        }
                    }
                }
                #expect(wrong(out, expected) == [], "\(taps) taps, \(outputs) outputs")
                #expect(out.last == 77)
            }
        }
    }

    @Test("Down: every number of taps, and rows that don't fill vectors", arguments: KernelTable.all)
    func down(kernels: KernelTable) throws {
        var generator = SystemRandomNumberGenerator()
        for taps in stride(from: 2, through: 70, by: 2) {
            for (count, largest) in [(1, 0), (15, 1), (64, 0), (129, 1)] {
                let axis = Axis(
                    outputs: 1, taps: taps, sources: taps, largest: Self.largest(taps)[largest], generator: &generator)
                let picture = Self.bytes(taps * count, &generator)
                let expected = (0..<count).map { column in
                    axis.level(of: (0..<taps).map { picture[$0 * count + column] }, output: 0)
                }
                var out = [UInt8](repeating: 77, count: count + Int(FOVEA_ROW_SLACK) + 1)
                try Self.atTheEdge(picture) { picture in
                    let rows = (0..<taps).map { picture + $0 * count }
                    kernels.table.resize_down(&out, rows, axis.high, axis.low, taps, count)
                }
                #expect(wrong(out, expected) == [], "\(taps) taps, \(count) columns")
                #expect(out.last == 77)
            }
        }
    }
}
