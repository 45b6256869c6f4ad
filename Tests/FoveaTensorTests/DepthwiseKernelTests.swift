import CKernels
import Testing

@testable import FoveaTensor

/// Depthwise convolution against its plain twin, on every instruction set of this machine.
@Suite struct DepthwiseKernelTests {
    @Test(
        "Depthwise convolution matches the reference", arguments: KernelTable.all, [1, 2, 3, 4, 5, 7])
    func sizes(kernels: KernelTable, K: Int) {
        for (stride, dilation) in [(1, 1), (2, 1), (3, 1), (1, 2)] {
            for (H, W) in [(1, 1), (2, 9), (7, 6), (13, 18), (3, 35)] {
                for C in [1, 7, 16, 24, 33] {
                    check(kernels, K: K, stride: stride, dilation: dilation, H: H, W: W, C: C, activation: .relu6)
                }
            }
        }
    }

    @Test("Padding wider than the filter matches the reference", arguments: KernelTable.all, [3, 5])
    func widePadding(kernels: KernelTable, K: Int) {
        for (left, right) in [(K / 2 + 1, 0), (0, K / 2 + 1), (2 * K, 2 * K)] {
            let padding = Window.Padding(top: 2 * K, left: left, bottom: K, right: right)
            for (stride, W) in [(1, 1), (2, 9), (1, 18)] {
                check(
                    kernels, K: K, stride: stride, dilation: 1, H: 6, W: W, C: 24, padding: padding, activation: .none)
            }
        }
    }

    @Test("Every activation and the sums match the reference", arguments: KernelTable.all, Activation.allCases)
    func activations(kernels: KernelTable, activation: Activation) {
        for C in [5, 16, 40] { check(kernels, K: 3, stride: 1, dilation: 1, H: 6, W: 17, C: C, activation: activation) }
    }

    /// Compares one convolution, computed in two parts as two threads would, out of and into every second channel block
    /// of wider images.
    private func check(
        _ kernels: KernelTable, K: Int, stride: Int, dilation: Int, H: Int, W: Int, C: Int,
        padding: Window.Padding? = nil, activation: Activation
    ) {
        // Uneven, as TensorFlow's SAME makes it.
        let uneven = Window.Padding(top: (K - 1) / 2, left: K / 2, bottom: K - 1, right: (K - 1) / 2)
        let padding = padding ?? uneven
        let window = Window(kernel: K, stride: stride, dilation: dilation, padding: padding)
        let wide = Tensor.random([1, H, W, 2 * C], seed: 7)
        let filters = Tensor.random([K, K, C], seed: 8)
        let bias = Tensor.random([C], seed: 9)
        let (OH, OW) = window.outputSize(H, W)
        var out = [Float](repeating: 77, count: OH * OW * 2 * C)
        var sums = [Float](repeating: 0, count: C)
        let (x, w, b) = (wide.values, filters.values, bias.values)
        x.withUnsafeBufferPointer { x in
            out.withUnsafeMutableBufferPointer { out in
                sums.withUnsafeMutableBufferPointer { sums in
                    guard let x = x.baseAddress, let out = out.baseAddress, let sums = sums.baseAddress else { return }
                    w.withUnsafeBufferPointer { w in
                        b.withUnsafeBufferPointer { b in
                            guard let w = w.baseAddress else { return }
                            var job = fovea_depthwise(
                                x: x + C, x_row: W * 2 * C, x_pixel: 2 * C, filter: w, filter_tap: C,
                                bias: b.baseAddress, out: out, out_row: OW * 2 * C, out_pixel: 2 * C, sums: sums,
                                C: C, window: window.onto(H, W, C), activation: activation.kernel)
                            kernels.table.depthwise(&job, 0, OH / 2)
                            kernels.table.depthwise(&job, OH / 2, OH)
                        }
                    }
                }
            }
        }
        let expected = Reference.convolution(
            wide.sliced(3, C..<2 * C).contiguous(), filters.reshaped([K, K, 1, C]), bias: bias, window: window,
            groups: C, activation: activation)
        let pixels = 0..<OH * OW
        let got = pixels.flatMap { out[$0 * 2 * C..<$0 * 2 * C + C] }
        #expect(largestDifference(got, expected) < 1e-5)
        let untouched = pixels.flatMap { out[$0 * 2 * C + C..<($0 + 1) * 2 * C] }
        #expect(untouched == [Float](repeating: 77, count: untouched.count))
        let expectedSums = (0..<C).map { c in pixels.reduce(0) { $0 + expected[$1 * C + c] } }
        #expect(largestDifference(sums, expectedSums) < 1e-5 * Double(max(1, OH * OW)))
    }
}
