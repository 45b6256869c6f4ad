import FoveaTensor
import Testing

/// Convolutions by transformed tiles against the plain one.
@Suite struct WinogradTests {
    @Test(
        "Any size, padding and number of images matches the reference",
        arguments: [(1, 1), (3, 4), (4, 4), (5, 9), (14, 13), (30, 22)], [1, 3])
    func sizes(size: (H: Int, W: Int), threads: Int) {
        for (N, C, M, padding) in [
            (1, 32, 32, Window.Padding(1)), (2, 33, 50, .init(top: 0, left: 2, bottom: 2, right: 1)),
            (1, 48, 40, .init(5)), (3, 32, 37, .init(top: 2, left: 0, bottom: 3, right: 2)),
        ] {
            let window = Window(kernel: 3, padding: padding)
            let x = Tensor.random([N, size.H, size.W, C], seed: 1)
            let filters = Tensor.random([3, 3, C, M], seed: 2)
            let bias = Tensor.random([M], seed: 3)
            let (OH, OW) = window.outputSize(size.H, size.W)
            let residual = Tensor.random([N, OH, OW, M], seed: 4)
            let expected = Reference.convolution(
                x, filters, bias: bias, window: window, residual: residual, activation: .silu)
            let packed = PackedFilters(filters, transformed: true)
            let y = onPool(threads: threads) {
                x.convolved(packed, bias: bias, window: window, residual: residual, activation: .silu)
            }
            #expect(y.shape == [N, OH, OW, M])
            // Sums of 9 C products of random numbers have a deviation of sqrt(C).
            #expect(y.largestDifference(from: expected) < 1e-5 * Double(C).squareRoot())
        }
    }

    @Test("With dilation it matches the reference", arguments: [2, 3, 6], [1, 3])
    func dilation(dilation: Int, threads: Int) {
        for (H, W, padding) in [(13, 22, Window.Padding(dilation)), (2, 5, .init(2 * dilation)), (14, 9, .init(1))] {
            let window = Window(kernel: 3, dilation: dilation, padding: padding)
            let x = Tensor.random([2, H, W, 33], seed: 9)
            let filters = Tensor.random([3, 3, 33, 40], seed: 10)
            let expected = Reference.convolution(x, filters, window: window, activation: .relu)
            let packed = PackedFilters(filters, transformed: true)
            let y = onPool(threads: threads) { x.convolved(packed, window: window, activation: .relu) }
            #expect(y.largestDifference(from: expected) < 1e-4)
        }
    }

    @Test("Every activation, without bias and residual", arguments: Activation.allCases)
    func activations(activation: Activation) {
        let x = Tensor.random([1, 9, 7, 40], seed: 5)
        let filters = Tensor.random([3, 3, 40, 35], seed: 6)
        let window = Window(kernel: 3, padding: .init(1))
        let y = x.convolved(PackedFilters(filters, transformed: true), window: window, activation: activation)
        let expected = Reference.convolution(x, filters, window: window, activation: activation)
        #expect(y.largestDifference(from: expected) < 1e-4)
    }

    @Test("Its error is a few hundred thousandths of the output's deviation at most", arguments: [64, 256])
    func error(C: Int) {
        let x = Tensor.random([1, 12, 12, C], seed: 7)
        let filters = Tensor.random([3, 3, C, 64], seed: 8)
        let window = Window(kernel: 3, padding: .init(1))
        let expected = Reference.convolution(x, filters, window: window)
        let variance = expected.reduce(0) { $0 + $1 * $1 } / Double(expected.count)
        let y = x.convolved(PackedFilters(filters, transformed: true), window: window)
        #expect(y.largestDifference(from: expected) < 4e-5 * variance.squareRoot())
    }
}
