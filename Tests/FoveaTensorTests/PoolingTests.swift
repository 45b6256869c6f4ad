import FoveaTensor
import Testing

@Suite struct PoolingTests {
    private static let windows = [
        (Window(kernel: 3, stride: 2), true), (Window(kernel: 3, stride: 2, padding: .init(1)), false),
        (Window(kernel: 3, padding: .init(1)), true), (Window(kernel: 2, stride: 2), true),
        (Window(kernel: 2, stride: 3, padding: .init(1)), true), (Window(kernel: 3, dilation: 2), false),
    ]

    @Test("The largest value of each window is found", arguments: windows, [1, 3])
    func maximum(windowAndRounding: (Window, Bool), threads: Int) {
        let (window, roundingUp) = windowAndRounding
        for (H, W, C) in [(5, 5, 1), (6, 7, 16), (13, 8, 37), (28, 11, 64)] {
            let x = Tensor.random([2, H, W, C], seed: 1, in: -9 ... -1)
            let y = onPool(threads: threads) { x.maxPooled(window, roundingUp: roundingUp) }
            let expected = reference(x, window, roundingUp: roundingUp)
            #expect(y.shape == expected.shape)
            #expect(y.values == expected.values)
        }
    }

    @Test(
        "Sizes are PyTorch's",
        arguments: [
            (112, 3, 2, 0, 56), (56, 3, 2, 0, 28), (28, 3, 1, 1, 28), (7, 2, 2, 0, 4), (5, 2, 3, 1, 2), (2, 3, 2, 0, 1),
            (1, 3, 2, 0, 0), (1, 2, 2, 0, 1),
        ])
    func sizes(length: Int, kernel: Int, stride: Int, padding: Int, expected: Int) {
        let window = Window(kernel: kernel, stride: stride, padding: .init(padding))
        let x = Tensor(repeating: 1, shape: [1, length, length, 1])
        #expect(x.maxPooled(window, roundingUp: true).shape == [1, expected, expected, 1])
    }

    private func reference(_ x: Tensor, _ window: Window, roundingUp: Bool) -> (shape: Shape, values: [Float]) {
        let (N, H, W, C) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
        func length(_ length: Int, _ before: Int, _ after: Int, _ kernel: Int) -> Int {
            let room = Double(length + before + after - window.dilation * (kernel - 1) - 1) / Double(window.stride)
            let count = Int(room.rounded(roundingUp ? .up : .down)) + 1
            return roundingUp && (count - 1) * window.stride >= length + before ? count - 1 : count
        }
        let OH = length(H, window.padding.top, window.padding.bottom, window.kernel.height)
        let OW = length(W, window.padding.left, window.padding.right, window.kernel.width)
        let values = x.values
        var out: [Float] = []
        for n in 0..<N {
            for oy in 0..<OH {
                for ox in 0..<OW {
                    for c in 0..<C {
                        var largest = -Float.infinity
                        for i in 0..<window.kernel.height {
                            for j in 0..<window.kernel.width {
                                let y = oy * window.stride - window.padding.top + i * window.dilation
                                let column = ox * window.stride - window.padding.left + j * window.dilation
                                guard y >= 0, y < H, column >= 0, column < W else { continue }
                                largest = max(largest, values[((n * H + y) * W + column) * C + c])
                            }
                        }
                        out.append(largest)
                    }
                }
            }
        }
        return ([N, OH, OW, C], out)
    }
}
