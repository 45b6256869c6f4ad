import CKernels
import Testing

@testable import FoveaTensor

/// Pooling of a region, on every instruction set of this machine.
@Suite struct RegionKernelTests {
    private static let bins = 3
    private static let (height, width) = (5, 6)

    /// Samples between any two pixels of an axis.
    private func samples(_ count: Int, seed: Int, length: Int, step: Int) -> [fovea_axis_sample] {
        let numbers = BoxFixtures.mixed(seed: seed, count: 4 * count)
        return (0..<count).map { index in
            let n = numbers[4 * index..<4 * index + 4].map { $0 }
            return fovea_axis_sample(
                first: n[0] % length * step, second: n[1] % length * step, first_weight: Float(n[2] % 64) / 64,
                second_weight: Float(n[3] % 64) / 64)
        }
    }

    @Test("A bin is the mean or the largest of its samples", arguments: KernelTable.all, [false, true])
    func region(kernels: KernelTable, isMaximum: Bool) {
        let (bins, height, width) = (Self.bins, Self.height, Self.width)
        for C in KernelsTests.channels {
            for (rowSamples, columnSamples, hasMaps) in [(1, 1, false), (2, 2, true), (1, 3, true), (4, 2, false)] {
                let mapSize = height * width * C
                let map = Tensor.random([hasMaps ? bins * bins * mapSize : mapSize], seed: 3).values
                let rows = samples(bins * rowSamples, seed: 4, length: height, step: width * C)
                let columns = samples(bins * columnSamples, seed: 5, length: width, step: C)
                var out = [Float](repeating: 77, count: bins * bins * C + 1)
                withUnsafePointers(map, rows, columns, &out) { map, rows, columns, out in
                    var region = fovea_region(
                        map: map, bin_step: hasMaps ? mapSize : 0, C: C, bins: bins, rows: rows, columns: columns,
                        row_samples: rowSamples, column_samples: columnSamples, is_maximum: isMaximum, out: out,
                        out_bin: hasMaps ? 1 : C, out_channel: hasMaps ? bins * bins : 1)
                    kernels.table.pool_region(&region)
                }
                #expect(out.last == 77)
                var expected = [Double](repeating: 0, count: bins * bins * C)
                for (bin, c) in (0..<bins * bins).flatMap({ bin in (0..<C).map { (bin, $0) } }) {
                    let values = rows[bin / bins * rowSamples..<(bin / bins + 1) * rowSamples].flatMap { row in
                        columns[bin % bins * columnSamples..<(bin % bins + 1) * columnSamples].map { column in
                            sample(map, (hasMaps ? bin * mapSize : 0) + c, row, column)
                        }
                    }
                    expected[hasMaps ? c * bins * bins + bin : bin * C + c] =
                        isMaximum ? values.max() ?? .nan : values.reduce(0, +) / Double(values.count)
                }
                #expect(largestDifference(Array(out.dropLast()), expected) < 1e-6)
            }
        }
    }

    private func withUnsafePointers(
        _ map: UnsafePointer<Float>, _ rows: UnsafePointer<fovea_axis_sample>,
        _ columns: UnsafePointer<fovea_axis_sample>,
        _ out: UnsafeMutablePointer<Float>,
        _ body: (
            UnsafePointer<Float>, UnsafePointer<fovea_axis_sample>, UnsafePointer<fovea_axis_sample>,
            UnsafeMutablePointer<Float>
        ) -> Void
    ) {
        body(map, rows, columns, out)
    }

    private func sample(
        _ map: [Float], _ first: Int, _ row: fovea_axis_sample, _ column: fovea_axis_sample
    ) -> Double {
        var sum = 0.0
        for (y, rowWeight) in [(row.first, row.first_weight), (row.second, row.second_weight)] {
            for (x, columnWeight) in [(column.first, column.first_weight), (column.second, column.second_weight)] {
                sum += Double(rowWeight) * Double(columnWeight) * Double(map[first + y + x])
            }
        }
        return sum
    }
}
