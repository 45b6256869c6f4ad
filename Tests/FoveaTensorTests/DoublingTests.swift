import FoveaTensor
import Testing

@Suite struct DoublingTests {
    @Test("Pixels between others are as near to each as they lie", arguments: [1, 3])
    func doubled(threads: Int) {
        for (N, H, W, C) in [(1, 1, 1, 3), (2, 5, 4, 7), (1, 16, 16, 128)] {
            let x = Tensor.random([N, H, W, C], seed: 1, in: -9...9)
            let y = onPool(threads: threads) { x.doubled() }
            #expect(y.shape == [N, 2 * H, 2 * W, C])
            let values = x.values.map(Double.init)
            let expected = (0..<y.count).map { index -> Double in
                let (pixel, c) = index.quotientAndRemainder(dividingBy: C)
                let (line, column) = pixel.quotientAndRemainder(dividingBy: 2 * W)
                let (image, row) = line.quotientAndRemainder(dividingBy: 2 * H)
                // Half pixel centres; beyond the outermost ones their values go on.
                let (y, x) = (max(0, (Double(row) + 0.5) / 2 - 0.5), max(0, (Double(column) + 0.5) / 2 - 0.5))
                let (top, left) = (Int(y), Int(x))
                func value(_ row: Int, _ column: Int) -> Double {
                    values[((image * H + min(row, H - 1)) * W + min(column, W - 1)) * C + c]
                }
                let (down, right) = (y - Double(top), x - Double(left))
                return (1 - down) * ((1 - right) * value(top, left) + right * value(top, left + 1))
                    + down * ((1 - right) * value(top + 1, left) + right * value(top + 1, left + 1))
            }
            #expect(zip(y.values, expected).allSatisfy { abs(Double($0) - $1) < 1e-5 })
        }
    }

    @Test("An image without pixels stays one")
    func empty() {
        #expect(Tensor(repeating: 0, shape: [1, 0, 4, 2]).doubled().shape == [1, 0, 8, 2])
    }
}
