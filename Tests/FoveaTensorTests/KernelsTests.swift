import CKernels
import Testing

@testable import FoveaTensor

/// The kernels of one instruction set.
struct KernelTable: CustomTestStringConvertible {
    let testDescription: String
    var table: fovea_kernels { fovea_kernels_for(testDescription).pointee }

    /// Those that this machine can run.
    static let all = ["baseline", "avx2", "avx512", "avx512bf16"].map(KernelTable.init).filter {
        String(cString: $0.table.name) == $0.testDescription
    }
}

/// Every kernel against its plain twin, on every instruction set of this machine, over sizes that don't fit vectors.
@Suite struct KernelsTests {
    /// Fewer, exactly as many and more than the lanes of each instruction set.
    static let channels = [1, 3, 4, 7, 8, 13, 16, 17, 24, 31, 33, 48, 65]

    @Test("An unknown wish gets the best table, a known one no better than asked for")
    func choice() {
        let best = String(cString: fovea_kernels_for(nil).pointee.name)
        #expect(String(cString: fovea_kernels_for("fastest").pointee.name) == best)
        #expect(String(cString: fovea_kernels_for("baseline").pointee.name) == "baseline")
        #expect(["baseline", "avx2"].contains(String(cString: fovea_kernels_for("avx2").pointee.name)))
        #expect(["baseline", "avx2", "avx512", "avx512bf16"].contains(Kernels.isaName))
    }

    @Test("Sums and activations match the reference", arguments: KernelTable.all, Activation.allCases)
    func elementwise(kernels: KernelTable, activation: Activation) {
        for count in Self.channels {
            let x = Tensor.random([count], seed: 1, in: -9...9).values
            let other = Tensor.random([count], seed: 2).values
            for isSum in [false, true] {
                var out = [Float](repeating: 77, count: count + 1)
                withOptional(other, isSum) { other in
                    kernels.table.elementwise(&out, x, other, count, activation.kernel)
                }
                let expected = x.indices.map { i in
                    Reference.activation(Double(x[i]) + (isSum ? Double(other[i]) : 0), activation)
                }
                #expect(out.last == 77)
                #expect(largestDifference(Array(out.dropLast()), expected) < 3e-6)
            }
        }
    }

    @Test("Activations stay right far from zero and keep NaN", arguments: KernelTable.all, Activation.allCases)
    func extremes(kernels: KernelTable, activation: Activation) {
        let x: [Float] = [
            -3e38, -1000, -100, -88.5, -87, -20, -1e-30, 0, 1e-30, 20, 87, 88.5, 100, 1000, 3e38, 1, .nan,
        ]
        var out = [Float](repeating: 0, count: x.count)
        kernels.table.elementwise(&out, x, nil, x.count, activation.kernel)
        for (x, y) in zip(x, out).dropLast() {
            let expected = Reference.activation(Double(x), activation)
            #expect(abs(Double(y) - expected) <= 1e-6 * max(1, abs(expected)), "\(activation) of \(x)")
        }
        #expect(out.last?.isNaN == true)
    }

    @Test("Scaling and the mean match the reference", arguments: KernelTable.all)
    func channelwise(kernels: KernelTable) {
        for C in Self.channels {
            for pixels in [1, 2, 5, 49] {
                let x = Tensor.random([pixels, C], seed: 4).values
                let factors = Tensor.random([C], seed: 5).values
                var scaled = [Float](repeating: 77, count: pixels * C + 1)
                kernels.table.scale(&scaled, x, factors, pixels, C)
                let products = x.indices.map { Double(x[$0]) * Double(factors[$0 % C]) }
                #expect(scaled.last == 77)
                #expect(largestDifference(Array(scaled.dropLast()), products) < 1e-6)

                let (first, last) = (C / 3, C)
                var means = [Float](repeating: 77, count: C + 1)
                kernels.table.mean(&means, x, pixels, C, first, last)
                let expected = (first..<last).map { c in
                    stride(from: c, to: x.count, by: C).reduce(0) { $0 + Double(x[$1]) } / Double(pixels)
                }
                #expect(means.prefix(first).allSatisfy { $0 == 77 })
                #expect(means.last == 77)
                #expect(largestDifference(Array(means[first..<last]), expected) < 1e-6)
            }
        }
    }

    @Test("Softmax matches the reference, also for large scores", arguments: KernelTable.all)
    func softmax(kernels: KernelTable) {
        for C in Self.channels {
            for scale in [Float(1), 30, 3000] {
                let x = Tensor.random([C], seed: 6, in: -scale...scale).values
                var out = [Float](repeating: 77, count: C + 1)
                kernels.table.softmax(&out, x, 1, C)
                #expect(out.last == 77)
                #expect(largestDifference(Array(out.dropLast()), Reference.softmax(x)) < 1e-6)
            }
        }
    }

    @Test("Softmax of columns matches that of the transposed rows", arguments: KernelTable.all)
    func softmaxColumns(kernels: KernelTable) {
        for C in Self.channels {
            for (count, R) in [(1, 1), (1, 100), (5, 7)] {
                let x = Tensor.random([count, R, C], seed: 11, in: -30...30)
                var out = [Float](repeating: 77, count: count * R * C + 1)
                let (first, last) = (C / 3, C)
                x.withElements { x in
                    guard let x = x.baseAddress else { return }
                    kernels.table.softmax_columns(&out, x, count, R, C, first, last)
                }
                #expect(out.last == 77)
                let got = Tensor(Array(out.dropLast()), shape: [count, R, C]).permuted([0, 2, 1])
                let rows = x.permuted([0, 2, 1]).values
                let expected = (0..<count * C).flatMap { column -> [Double] in
                    if column % C < first { return [Double](repeating: 77, count: R) }
                    return Reference.softmax(Array(rows[column * R..<(column + 1) * R]))
                }
                #expect(got.largestDifference(from: expected) < 1e-6)
            }
        }
    }

    @Test("GELU is within 1e-6 of the exact form", arguments: KernelTable.all)
    func gelu(kernels: KernelTable) {
        let x = (-60_000...60_000).map { Float($0) / 10_000 }
        var out = [Float](repeating: 0, count: x.count)
        kernels.table.elementwise(&out, x, nil, x.count, Activation.gelu.kernel)
        #expect(largestDifference(out, x.map { Reference.activation(Double($0), .gelu) }) < 1e-6)
    }

    @Test("Layer norm matches the reference, also far from zero", arguments: KernelTable.all, [0, 300] as [Float])
    func layerNorm(kernels: KernelTable, offset: Float) {
        for C in Self.channels + [256, 300] {
            let x = Tensor.random([3, C], seed: 8, in: offset - 2...offset + 2).values
            let scale = Tensor.random([C], seed: 9).values
            let shift = Tensor.random([C], seed: 10).values
            for activation in [Activation.none, .gelu] {
                var out = [Float](repeating: 77, count: 3 * C + 1)
                kernels.table.layer_norm(&out, x, scale, shift, 1e-3, 3, C, activation.kernel)
                #expect(out.last == 77)
                let expected = Reference.layerNorm(
                    x, scale: scale, bias: shift, epsilon: Double(Float(1e-3)), activation: activation)
                // Numbers near 300 are known to 3e-5.
                #expect(largestDifference(Array(out.dropLast()), expected) < (offset == 0 ? 3e-6 : 1e-4), "\(C)")
            }
        }
    }

    @Test("Keys are packed as their transpose, values as they are", arguments: KernelTable.all)
    func packTokens(kernels: KernelTable) {
        let half = kernels.table.panel_columns / 2
        for (count, width) in [(1, 1), (5, 16), (49, 32), (16, 40), (33, 7), (64, 64)] {
            // The values come after the keys, and something else after these.
            let tokens = Tensor.random([count, 3 * width], seed: 12)
            let sizes = [(width, count), (count, width)].map { $0 * ((($1 + half - 1) / half) * half) }
            var keys = [Float](repeating: 77, count: sizes[0] + 1)
            var values = [Float](repeating: 77, count: sizes[1] + 1)
            var (expectedKeys, expectedValues) = (keys, values)
            tokens.withElements { x in
                // From the last one on.
                guard let start = x.baseAddress else { return }
                let addresses = (0..<count).map { start + (count - 1 - $0) * 3 * width }
                kernels.table.pack_tokens(&keys, &values, addresses, count, width, width)
            }
            let rows = (0..<count).map { Array(tokens.values[(count - 1 - $0) * 3 * width..<(count - $0) * 3 * width]) }
            kernels.table.pack(&expectedKeys, (0..<width).flatMap { c in rows.map { $0[c] } }, width, count)
            kernels.table.pack(&expectedValues, rows.flatMap { $0[width..<2 * width] }, count, width)
            #expect(keys == expectedKeys, "\(count) tokens of \(width)")
            #expect(values == expectedValues, "\(count) tokens of \(width)")
        }
    }

    @Test("Rows are divided by a number each", arguments: KernelTable.all)
    func divideRows(kernels: KernelTable) {
        for C in Self.channels {
            let x = Tensor.random([3, C], seed: 13).values
            var out = [Float](repeating: 77, count: 3 * (C + 2))
            kernels.table.divide_rows(&out, C + 2, x, [1, 2, 5], 3, C)
            let expected = [1.0, 2, 5].enumerated().flatMap { row, divisor -> [Double] in
                x[row * C..<(row + 1) * C].map { Double($0) / divisor } + [77, 77]
            }
            #expect(largestDifference(out, expected) < 1e-6)
        }
    }

    @Test("Pixels are normalised exactly", arguments: KernelTable.all)
    func normalise(kernels: KernelTable) {
        let (mean, std): ([Float], [Float]) = ([123.675, 116.28, 103.53], [58.395, 57.12, 57.375])
        for count in [0, 3, 12, 45, 48, 51, 96, 768] {
            let pixels = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37) }
            var out = [Float](repeating: 77, count: count + 1)
            kernels.table.normalise(&out, pixels, count, mean, std)
            #expect(out == pixels.indices.map { (Float(pixels[$0]) - mean[$0 % 3]) / std[$0 % 3] } + [77])
        }
    }

    private func withOptional(_ values: [Float], _ isGiven: Bool, _ body: (UnsafePointer<Float>?) -> Void) {
        values.withUnsafeBufferPointer { body(isGiven ? $0.baseAddress : nil) }
    }
}
