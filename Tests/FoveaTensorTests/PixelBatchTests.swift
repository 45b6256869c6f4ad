import FoveaTensor
import Testing

@Suite struct PixelBatchTests {
    /// Images whose bytes count on from `first`.
    static func batch(_ count: Int, height: Int, width: Int, first: Int = 0, mean: [Float] = [1, 2, 3]) -> PixelBatch {
        PixelBatch(count: count, height: height, width: width, mean: mean, std: [2, 3, 7]) { bytes in
            for i in bytes.indices { bytes[i] = UInt8(truncatingIfNeeded: first + i) }
        }
    }

    @Test("The bytes are those it was filled with, and no more", arguments: [(1, 1, 1), (1, 2, 3), (2, 5, 7)])
    func bytes(count: Int, height: Int, width: Int) {
        let batch = Self.batch(count, height: height, width: width, first: 200)
        #expect(batch.shape == [count, height, width, 3])
        let expected = (0..<3 * count * height * width).map { UInt8(truncatingIfNeeded: 200 + $0) }
        #expect(batch.withUnsafeBytes { Array($0) } == expected)
    }

    @Test("Normalised is (pixel - mean) / std, channel by channel, for every level")
    func normalised() {
        let batch = Self.batch(1, height: 16, width: 17)
        let tensor = batch.normalised()
        #expect(tensor.shape == batch.shape)
        let (mean, std): ([Float], [Float]) = ([1, 2, 3], [2, 3, 7])
        let expected: [Float] = (0..<3 * 16 * 17).map { i in
            let level = Float(i % 256)
            return (level - mean[i % 3]) / std[i % 3]
        }
        #expect(zip(tensor.values, expected).filter { $0 != $1 }.count == 0)
        #expect(tensor.count == expected.count)
    }

    @Test("A stack has the images of all batches, in order")
    func stacked() {
        let parts = [Self.batch(1, height: 3, width: 5), Self.batch(2, height: 3, width: 5, first: 100)]
        let stack = PixelBatch.stacked(parts)
        #expect(stack.shape == [3, 3, 5, 3])
        #expect(stack.mean == [1, 2, 3] && stack.std == [2, 3, 7])
        #expect(stack.withUnsafeBytes { Array($0) } == parts.flatMap { $0.withUnsafeBytes { Array($0) } })
    }

    @Test("What fills it may throw")
    func throwing() {
        struct Broken: Error {}
        #expect(throws: Broken.self) {
            _ = try PixelBatch(count: 1, height: 1, width: 1, mean: [0, 0, 0], std: [1, 1, 1]) { _ throws(Broken) in
                throw Broken()
            }
        }
    }

    @Test("The first convolution of pixels is that of the normalised images", arguments: [1, 3])
    func convolution(threads: Int) {
        let batch = PixelBatch(count: 2, height: 23, width: 17, mean: [120, 110, 100], std: [58, 57, 56]) { bytes in
            for i in bytes.indices { bytes[i] = UInt8(truncatingIfNeeded: i * 31) }
        }
        let filters = PackedFilters(Tensor.random([3, 3, 3, 20], seed: 1))
        let bias = Tensor.random([20], seed: 2)
        let window = Window(kernel: 3, stride: 2, padding: .init(top: 0, left: 1, bottom: 1, right: 1))
        let expected = batch.normalised().convolved(filters, bias: bias, window: window, activation: .relu6)
        let y = onPool(threads: threads) {
            batch.convolved(filters, bias: bias, window: window, activation: .relu6)
        }
        #expect(y.shape == [2, 11, 9, 20])
        #expect(y.values == expected.values)
    }
}
