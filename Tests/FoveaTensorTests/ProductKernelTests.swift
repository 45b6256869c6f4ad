import CKernels
import Testing

@testable import FoveaTensor

/// Products with packed matrices against their plain twin, on every instruction set of this machine.
@Suite struct ProductKernelTests {
    @Test("Products of any shape match the reference", arguments: KernelTable.all)
    func shapes(kernels: KernelTable) {
        for M in [1, 2, 3, 5, 7, 8, 13, 14, 15, 31] {
            for (K, N) in [(1, 1), (3, 7), (4, 16), (9, 17), (32, 33), (37, 24), (16, 64), (65, 100)] {
                check(kernels, M: M, K: K, N: N, segments: 1, activation: .none)
            }
        }
    }

    @Test("Large weights, which are read in another order, too", arguments: KernelTable.all)
    func largeWeights(kernels: KernelTable) {
        check(kernels, M: 250, K: 700, N: 160, segments: 1, activation: .relu)
    }

    @Test("Rows put together from several runs match the reference", arguments: KernelTable.all)
    func segments(kernels: KernelTable) {
        for M in [1, 6, 29] { check(kernels, M: M, K: 36, N: 50, segments: 4, activation: .none) }
    }

    @Test("Products of transposed matrices match the reference", arguments: KernelTable.all)
    func transposed(kernels: KernelTable) {
        for M in [1, 5, 6, 13, 14, 31] {
            for (K, N) in [(1, 1), (3, 7), (20, 16), (128, 33), (129, 70), (300, 64)] {
                let a = Tensor.random([K, M], seed: 1).values
                let b = Tensor.random([K, N], seed: 2).values
                var out = [Float](repeating: 77, count: M * N + 1)
                // A multiple of every vector's length, as the parts of a loop have it.
                let middle = min(N, 32)
                kernels.table.transposed_product(&out, a, b, K, M, N, 0, middle)
                kernels.table.transposed_product(&out, a, b, K, M, N, middle, N)
                let expected = (0..<M * N).map { i in
                    (0..<K).reduce(0.0) { $0 + Double(a[$1 * M + i / N]) * Double(b[$1 * N + i % N]) }
                }
                #expect(out.last == 77)
                #expect(largestDifference(Array(out.dropLast()), expected) < 1e-6 * Double(20 + K), "\(M)x\(K)x\(N)")
            }
        }
    }

    @Test("Every activation matches the reference", arguments: KernelTable.all, Activation.allCases)
    func activations(kernels: KernelTable, activation: Activation) {
        for N in [5, 40] { check(kernels, M: 15, K: 8, N: N, segments: 1, activation: activation) }
    }

    @Test(
        "Products in bfloat16 are those of the rounded factors",
        arguments: KernelTable.all.filter { $0.table.to_bf16 != nil })
    func bfloat16(kernels: KernelTable) throws {
        let table = kernels.table
        let (toBF16, pack, multiply) = (
            try #require(table.to_bf16), try #require(table.pack_bf16), try #require(table.product_bf16)
        )
        for M in [1, 3, 13, 14, 29] {
            for (K, N) in [(2, 1), (6, 17), (32, 33), (34, 48), (130, 70), (1000, 40)] {
                let x = Tensor.random([M, K], seed: 1).values
                let factors = Tensor.random([K], seed: 2).values
                let matrix = Tensor.random([K, N], seed: 3).values
                let bias = Tensor.random([N], seed: 4).values
                let half = table.panel_columns / 2
                var packed = [Float](repeating: 0, count: K / 2 * ((N + half - 1) / half) * half)
                pack(&packed, matrix, K, N)
                var rows = [Float](repeating: 77, count: M * K / 2 + 1)
                toBF16(&rows, x, factors, M, K, K)
                #expect(rows.last == 77)
                var out = [Float](repeating: 77, count: M * N + 1)
                let panels = (N + table.panel_columns - 1) / table.panel_columns
                [0].withUnsafeBufferPointer { offsets in
                    rows.withUnsafeBufferPointer { rows in
                        packed.withUnsafeBufferPointer { packed in
                            bias.withUnsafeBufferPointer { bias in
                                out.withUnsafeMutableBufferPointer { out in
                                    guard let x = rows.baseAddress, let weights = packed.baseAddress,
                                        let out = out.baseAddress, let offsets = offsets.baseAddress
                                    else { return }
                                    var job = fovea_product(
                                        x: x, x_row: K / 2, offsets: offsets, segments: 1, segment: K / 2,
                                        weights: weights, N: N, bias: bias.baseAddress, residual: nil,
                                        residual_row: 0, out: out, out_row: N, activation: .silu)
                                    multiply(&job, 0, M, 0, panels)
                                }
                            }
                        }
                    }
                }
                let expected = (0..<M * N).map { i in
                    let (m, n) = i.quotientAndRemainder(dividingBy: N)
                    let sum = (0..<K).reduce(Double(bias[n])) { sum, k in
                        sum + Self.roundedToBF16(x[m * K + k] * factors[k]) * Self.roundedToBF16(matrix[k * N + n])
                    }
                    return Reference.activation(sum, .silu)
                }
                #expect(out.last == 77)
                #expect(largestDifference(Array(out.dropLast()), expected) < 2e-5, "\(M)x\(K)x\(N)")
            }
        }
    }

    /// The nearest number of 8 significant bits; of two, the even one.
    private static func roundedToBF16(_ x: Float) -> Double {
        let bits = x.bitPattern
        return Double(Float(bitPattern: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) & 0xFFFF_0000))
    }

    @Test("NaN in a row reaches that row only", arguments: KernelTable.all, Activation.allCases)
    func notANumber(kernels: KernelTable, activation: Activation) {
        var x = [Float](repeating: 1, count: 3 * 4)
        x[5] = .nan
        let out = product(
            kernels, x: x, M: 3, matrix: [Float](repeating: 1, count: 4 * 6), K: 4, N: 6, offsets: [0], xRow: 4,
            bias: nil, residual: nil, activation: activation)
        #expect(out.map(\.isNaN) == (0..<18).map { (6..<12).contains($0) })
    }

    /// Compares one product, with and without bias and residual.
    private func check(
        _ kernels: KernelTable, M: Int, K: Int, N: Int, segments: Int, activation: Activation
    ) {
        // The runs of a row lie apart and in reverse order, those of different rows overlap.
        let run = K / segments
        let offsets = (0..<segments).map { (segments - 1 - $0) * (run + 3) }
        let xRow = run + 1
        let x = Tensor.random([(M - 1) * xRow + segments * (run + 3)], seed: 1).values
        let matrix = Tensor.random([K, N], seed: 2).values
        let bias = Tensor.random([N], seed: 3).values
        let residual = Tensor.random([M, N], seed: 4).values
        for (isBiased, isResidual) in [(true, true), (false, false)] {
            let out = product(
                kernels, x: x, M: M, matrix: matrix, K: K, N: N, offsets: offsets, xRow: xRow,
                bias: isBiased ? bias : nil, residual: isResidual ? residual : nil, activation: activation)
            let expected = (0..<M * N).map { i in
                let (m, n) = i.quotientAndRemainder(dividingBy: N)
                let sum = (0..<K).reduce(0.0) { sum, k in
                    sum + Double(x[m * xRow + offsets[k / run] + k % run]) * Double(matrix[k * N + n])
                }
                let shift = (isBiased ? Double(bias[n]) : 0) + (isResidual ? Double(residual[i]) : 0)
                return Reference.activation(sum + shift, activation)
            }
            #expect(largestDifference(out, expected) < 1e-6 * Double(20 + K), "\(M)x\(K)x\(N)")
        }
    }

    /// The product, computed in two parts by rows and two by panels.
    private func product(
        _ kernels: KernelTable, x: [Float], M: Int, matrix: [Float], K: Int, N: Int, offsets: [Int], xRow: Int,
        bias: [Float]?, residual: [Float]?, activation: Activation
    ) -> [Float] {
        let table = kernels.table
        let offsetCount = offsets.count
        let half = table.panel_columns / 2
        var packed = [Float](repeating: 0, count: K * ((N + half - 1) / half) * half)
        table.pack(&packed, matrix, K, N)
        // Rows of the output lie one float apart; that float must stay as it is.
        let outRow = N + 1
        var out = [Float](repeating: 77, count: M * outRow)
        let panels = (N + table.panel_columns - 1) / table.panel_columns
        func with(_ values: [Float]?, _ body: (UnsafePointer<Float>?) -> Void) {
            guard let values else { return body(nil) }
            values.withUnsafeBufferPointer { body($0.baseAddress) }
        }
        x.withUnsafeBufferPointer { x in
            out.withUnsafeMutableBufferPointer { out in
                offsets.withUnsafeBufferPointer { offsets in
                    with(packed) { packed in
                        with(bias) { bias in
                            with(residual) { residual in
                                guard let x = x.baseAddress, let out = out.baseAddress, let packed,
                                    let offsets = offsets.baseAddress
                                else { return }
                                var job = fovea_product(
                                    x: x, x_row: xRow, offsets: offsets, segments: offsetCount,
                                    segment: K / offsetCount, weights: packed, N: N, bias: bias,
                                    residual: residual, residual_row: N, out: out, out_row: outRow,
                                    activation: activation.kernel)
                                for rows in [0..<M / 2, M / 2..<M] {
                                    for part in [0..<panels / 2, panels / 2..<panels] {
                                        table.product(
                                            &job, rows.lowerBound, rows.upperBound, part.lowerBound, part.upperBound)
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        #expect((0..<M).allSatisfy { out[$0 * outRow + N] == 77 })
        return (0..<M).flatMap { out[$0 * outRow..<$0 * outRow + N] }
    }
}
