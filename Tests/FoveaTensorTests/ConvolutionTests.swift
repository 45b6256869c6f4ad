import FoveaTensor
import Synchronization
import Testing

/// The operations on whole tensors, alone and split over a pool.
@Suite struct ConvolutionTests {
    struct Shape: Sendable {
        var N = 1
        var H, W, C, M: Int
        var window: Window
        var groups = 1
    }

    static let shapes = [
        Shape(H: 5, W: 7, C: 3, M: 8, window: Window(kernel: 1)),
        Shape(N: 2, H: 24, W: 17, C: 13, M: 40, window: Window(kernel: 1)),
        Shape(
            H: 31, W: 20, C: 3, M: 32,
            window: Window(kernel: 3, stride: 2, padding: .init(top: 0, left: 1, bottom: 1, right: 1))),
        Shape(N: 2, H: 9, W: 8, C: 6, M: 9, window: Window(kernel: 3, padding: .init(1)), groups: 3),
        Shape(H: 12, W: 12, C: 4, M: 4, window: Window(kernel: 3, dilation: 4, padding: .init(4))),
        Shape(H: 6, W: 9, C: 8, M: 6, window: Window(kernel: 1, stride: 2), groups: 2),
        Shape(
            H: 5, W: 6, C: 2, M: 3,
            window: Window(kernel: (1, 5), stride: 1, dilation: 1, padding: .init(top: 0, left: 2, bottom: 0, right: 2))
        ),
        Shape(H: 2, W: 2, C: 3, M: 4, window: Window(kernel: 5)),
    ]

    @Test("Convolution with bias, residual and activation matches the reference", arguments: shapes)
    func convolution(shape: Shape) {
        let x = Tensor.random([shape.N, shape.H, shape.W, shape.C], seed: 1)
        let (KH, KW) = shape.window.kernel
        let filters = Tensor.random([KH, KW, shape.C / shape.groups, shape.M], seed: 2)
        let bias = Tensor.random([shape.M], seed: 3)
        let (OH, OW) = shape.window.outputSize(shape.H, shape.W)
        let residual = Tensor.random([shape.N, OH, OW, shape.M], seed: 4)
        let expected = Reference.convolution(
            x, filters, bias: bias, window: shape.window, groups: shape.groups, residual: residual, activation: .silu)
        let convolve: @Sendable () -> Tensor = {
            x.convolved(
                PackedFilters(filters, groups: shape.groups), bias: bias, window: shape.window, residual: residual,
                activation: .silu)
        }
        #expect(convolve().shape == [shape.N, OH, OW, shape.M])
        #expect(convolve().largestDifference(from: expected) < 1e-5)
        #expect(onPool(threads: 3, convolve).largestDifference(from: expected) < 1e-5)
    }

    @Test("Depthwise convolution of a batch matches the reference", arguments: [1, 3])
    func depthwise(threads: Int) {
        let x = Tensor.random([3, 11, 9, 20], seed: 5)
        let filters = Tensor.random([5, 5, 20], seed: 6)
        let window = Window(kernel: 5, stride: 2, padding: .init(top: 1, left: 2, bottom: 2, right: 2))
        let expected = Reference.convolution(
            x, filters.reshaped([5, 5, 1, 20]), window: window, groups: 20, activation: .hardSwish)
        let y = onPool(threads: threads) { x.depthwise(filters, window: window, activation: .hardSwish) }
        #expect(y.largestDifference(from: expected) < 1e-5)
    }

    @Test("Linear layers match the reference for one row, few and many", arguments: [1, 2, 49, 700], [1, 3])
    func linear(rows: Int, threads: Int) {
        let x = Tensor.random([rows, 37], seed: 7)
        let weights = Tensor.random([37, 130], seed: 8)
        let bias = Tensor.random([130], seed: 9)
        let expected = Reference.convolution(
            x.reshaped([1, 1, rows, 37]), weights.reshaped([1, 1, 37, 130]), bias: bias, window: Window(kernel: 1),
            activation: .sigmoid)
        let y = onPool(threads: threads) { x.linear(PackedMatrix(weights), bias: bias, activation: .sigmoid) }
        #expect(y.shape == [rows, 130])
        #expect(y.largestDifference(from: expected) < 1e-5)
    }

    @Test("Factors of the channels are those of a scaled image", arguments: [1, 3])
    func scaledLinear(threads: Int) {
        let x = Tensor.random([2, 12, 30, 24], seed: 20)
        let factors = Tensor.random([2, 24], seed: 21)
        let weights = PackedMatrix(Tensor.random([24, 50], seed: 22))
        let residual = Tensor.random([2, 12, 30, 50], seed: 23)
        let expected = x.scaled(byChannel: factors).linear(weights, residual: residual, activation: .relu)
        let y = onPool(threads: threads) {
            x.linear(weights, scale: factors, residual: residual, activation: .relu)
        }
        #expect(y.largestDifference(from: expected.values.map(Double.init)) < 1e-6)
    }

    @Test("Layers in bfloat16 are near those in float32, split or not", arguments: [1, 3])
    func bfloat16(threads: Int) {
        let x = Tensor.random([2, 12, 30, 24], seed: 40)
        let matrix = Tensor.random([24, 72], seed: 41)
        let factors = Tensor.random([2, 24], seed: 42)
        let filters = Tensor.random([3, 3, 72], seed: 43)
        let bias = Tensor.random([72], seed: 44)
        let window = Window(kernel: 3, padding: .init(1))
        @Sendable func layers(_ precision: Precision) -> Tensor {
            let weights = PackedMatrix(matrix, precision: precision)
            let expansion = PointwiseConvolution(weights: weights, bias: bias, activation: .relu6)
            let expanded = x.depthwise(filters, window: window, after: expansion)
            return expanded + x.linear(weights, scale: factors, bias: bias)
        }
        let exact = layers(.float32)
        let y = onPool(threads: threads) { layers(.bfloat16) }
        // 24 products, each off by 2^-8 at most, mostly far less; then 9 filter taps.
        let difference = y.largestDifference(from: exact.values.map(Double.init))
        #expect(difference < 0.1)
        #expect((difference > 0) == Precision.bfloat16.isSupported)
    }

    @Test(
        "An expansion and the depthwise convolution after it match the two in turn",
        arguments: [(3, 1), (5, 1), (3, 2), (5, 2)], [1, 3])
    func expandedDepthwise(kernelAndStride: (Int, Int), threads: Int) {
        let (K, stride) = kernelAndStride
        // A small image of many channels, and one that has to be cut into bands.
        for (H, W, inputs, C) in [(7, 9, 8, 300), (130, 120, 5, 72)] {
            let x = Tensor.random([2, H, W, inputs], seed: 30)
            let expansion = PointwiseConvolution(
                weights: PackedMatrix(Tensor.random([inputs, C], seed: 31)), bias: Tensor.random([C], seed: 32),
                activation: .silu)
            let filters = Tensor.random([K, K, C], seed: 33)
            let bias = Tensor.random([C], seed: 34)
            let window = Window(
                kernel: K, stride: stride, padding: .init(top: K / 2 - 1, left: 0, bottom: K / 2, right: K / 2))
            let expected = x.linear(expansion.weights, bias: expansion.bias, activation: .silu)
                .depthwise(filters, bias: bias, window: window, activation: .silu)
            let y = onPool(threads: threads) {
                x.depthwise(filters, bias: bias, window: window, activation: .silu, after: expansion)
            }
            #expect(y.shape == expected.shape)
            #expect(y.largestDifference(from: expected.values.map(Double.init)) < 1e-6)
            let means = onPool(threads: threads) {
                x.depthwiseWithMeans(filters, bias: bias, window: window, activation: .silu, after: expansion).means
            }
            #expect(means.largestDifference(from: expected.meanOverPixels().values.map(Double.init)) < 1e-5)
        }
    }

    @Test("A projection of a depthwise convolution matches the two in turn", arguments: [(3, 1), (5, 2)], [1, 3])
    func projectedDepthwise(kernelAndStride: (Int, Int), threads: Int) {
        let (K, stride) = kernelAndStride
        let window = Window(
            kernel: K, stride: stride, padding: .init(top: K / 2 - 1, left: 0, bottom: K / 2, right: K / 2))
        // Images that are projected as a whole, by bands and by bands of strips; rows and columns that these do not divide.
        for (side, C) in [(9, 40), (61 * stride, 75), (75 * stride, 350)] {
            let filters = Tensor.random([K, K, C], seed: 51)
            let bias = Tensor.random([C], seed: 52)
            let projection = PointwiseConvolution(
                weights: PackedMatrix(Tensor.random([C, 21], seed: 53)), bias: Tensor.random([21], seed: 54),
                activation: .relu)
            let expansion = PointwiseConvolution(
                weights: PackedMatrix(Tensor.random([6, C], seed: 55)), bias: Tensor.random([C], seed: 56),
                activation: .relu6)
            let cases: [(channels: Int, expansion: PointwiseConvolution?)] = [(C, nil), (6, expansion)]
            for (channels, expansion) in cases {
                let x = Tensor.random([2, side, side, channels], seed: 57)
                let filtered = x.depthwise(filters, bias: bias, window: window, activation: .silu, after: expansion)
                let residual = Tensor.random([2, filtered.shape[1], filtered.shape[2], 21], seed: 58)
                let expected = filtered.linear(
                    projection.weights, bias: projection.bias, residual: residual, activation: .relu)
                let y = onPool(threads: threads) {
                    x.depthwise(
                        filters, bias: bias, window: window, activation: .silu, after: expansion, then: projection,
                        residual: residual)
                }
                #expect(y.shape == expected.shape)
                // The rows of a strip that fill no tile are summed up in another order.
                let values = expected.values.map(Double.init)
                let largest = values.reduce(0) { max($0, abs($1)) }
                #expect(y.largestDifference(from: values) < 1e-6 * max(10, largest))
            }
        }
    }

    @Test("Mean, scale, sum and softmax of a batch match the reference", arguments: [1, 3])
    func simpleOperations(threads: Int) {
        let (N, P, C) = (2, 300, 70)
        let x = Tensor.random([N, 15, 20, C], seed: 10)
        let factors = Tensor.random([N, C], seed: 11)
        let values = x.values.map(Double.init)
        let means = (0..<N * C).map { i in
            (0..<P).reduce(0) { $0 + values[(i / C * P + $1) * C + i % C] } / Double(P)
        }
        #expect(onPool(threads: threads) { x.meanOverPixels() }.largestDifference(from: means) < 1e-6)
        let scaled = values.indices.map { values[$0] * Double(factors.values[$0 / (P * C) * C + $0 % C]) }
        #expect(onPool(threads: threads) { x.scaled(byChannel: factors) }.largestDifference(from: scaled) < 1e-6)
        #expect(onPool(threads: threads) { x + x }.largestDifference(from: values.map { $0 * 2 }) < 1e-6)
        let rows = stride(from: 0, to: values.count, by: C).flatMap { Reference.softmax(Array(x.values[$0..<$0 + C])) }
        #expect(onPool(threads: threads) { x.softmax() }.largestDifference(from: rows) < 1e-6)
        let columns = onPool(threads: threads) { x.softmaxOfColumns().permuted([0, 1, 3, 2]) }
        let transposed = onPool(threads: threads) { x.permuted([0, 1, 3, 2]).softmax() }
        #expect(columns.largestDifference(from: transposed.values.map(Double.init)) < 1e-6)
        let tall = x.reshaped([N * P, C])
        let tallColumns = onPool(threads: threads) { tall.softmaxOfColumns().permuted([1, 0]) }
        #expect(tallColumns.largestDifference(from: tall.permuted([1, 0]).softmax().values.map(Double.init)) < 1e-6)
        let weights = Tensor.random([N * P, 9], seed: 62)
        let product = onPool(threads: threads) { weights.transposedProduct(tall) }
        let expected = weights.permuted([1, 0]).linear(PackedMatrix(tall))
        #expect(product.shape == [9, C])
        #expect(product.largestDifference(from: expected.values.map(Double.init)) < 1e-4)
        let (scale, bias) = (Tensor.random([C], seed: 60), Tensor.random([C], seed: 61))
        let normalised = Reference.layerNorm(
            x.values, scale: scale.values, bias: bias.values, epsilon: 1e-6, activation: .relu)
        let y = onPool(threads: threads) { x.layerNorm(scale: scale, bias: bias, epsilon: 1e-6, activation: .relu) }
        #expect(y.shape == x.shape)
        #expect(y.largestDifference(from: normalised) < 5e-6)
    }

    @Test("A view is convolved as what it shows")
    func views() {
        let x = Tensor.random([1, 6, 10, 12], seed: 12)
        let filters = Tensor.random([3, 3, 6, 4], seed: 13)
        let view = x.sliced(3, 3..<9).permuted([0, 2, 1, 3])
        let window = Window(kernel: 3, padding: .init(1))
        let expected = Reference.convolution(view, filters, window: window)
        #expect(view.convolved(PackedFilters(filters), window: window).largestDifference(from: expected) < 1e-5)
    }
}

/// What `body` gives inside a job of a pool of its own, or on this thread for one thread.
func onPool(threads: Int, _ body: @escaping @Sendable () -> Tensor) -> Tensor {
    guard threads > 1 else { return body() }
    let result = Mutex<Tensor?>(nil)
    let pool = ComputePool(threads: threads)
    pool.submit {
        let y = body()
        result.withLock { $0 = y }
    }
    pool.shutdown()
    return result.withLock { $0 } ?? Tensor([], shape: [0])
}
