import FoveaTensor
import Testing

@Suite struct ChannelOrderTests {
    @Test("Images are laid side by side, views too", arguments: [1, 3])
    func concatenation(threads: Int) {
        let a = Tensor.random([2, 40, 30, 5], seed: 1)
        let b = Tensor.random([2, 40, 30, 24], seed: 2)
        let y = onPool(threads: threads) { Tensor.concatenated([a, b.sliced(3, 7..<20), a.sliced(3, 4..<5)]) }
        #expect(y.shape == [2, 40, 30, 19])
        #expect(y.sliced(3, 0..<5).values == a.values)
        #expect(y.sliced(3, 5..<18).values == b.sliced(3, 7..<20).values)
        #expect(y.sliced(3, 18..<19).values == a.sliced(3, 4..<5).values)
    }

    @Test("Shuffling takes the groups in turn, and with the other number of groups goes back", arguments: [1, 3])
    func shuffle(threads: Int) {
        let x = Tensor([0, 1, 2, 3, 4, 5], shape: [1, 1, 1, 6])
        #expect(x.shuffled(groups: 2).values == [0, 3, 1, 4, 2, 5])
        #expect(x.shuffled(groups: 3).values == [0, 2, 4, 1, 3, 5])
        let large = Tensor.random([2, 31, 17, 48], seed: 3)
        let shuffled = onPool(threads: threads) { large.shuffled(groups: 4) }
        #expect(shuffled.shuffled(groups: 12).values == large.values)
        #expect(shuffled.values[1] == large.values[12])
    }

    @Test("Every second channel of two tensors", arguments: [1, 3])
    func alternation(threads: Int) {
        let (a, b) = (Tensor([0, 1, 2, 3], shape: [1, 1, 1, 4]), Tensor([4, 5], shape: [1, 1, 1, 2]))
        let (even, odd) = Tensor.alternateChannels(of: a, b)
        #expect(even.values == [0, 2, 4] && odd.values == [1, 3, 5])
        let (first, second) = (Tensor.random([2, 31, 17, 30], seed: 4), Tensor.random([2, 31, 17, 46], seed: 5))
        let parted = onPool(threads: threads) { Tensor.alternateChannels(of: first, second).even }
        let whole = Tensor.concatenated([first, second])
        #expect(parted.values == whole.shuffled(groups: 38).sliced(3, 0..<38).values)
    }

    @Test("Pixels are repeated, the nearest at or before their place", arguments: [1, 3])
    func repetition(threads: Int) {
        let x = Tensor([0, 1, 2, 3, 4, 5], shape: [1, 2, 3, 1])
        #expect(x.repeated(height: 2, width: 6).values == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5])
        #expect(x.repeated(height: 3, width: 2).values == [0, 1, 0, 1, 3, 4])
        let large = Tensor.random([2, 30, 20, 24], seed: 6)
        let repeated = onPool(threads: threads) { large.repeated(height: 60, width: 40) }
        for (n, y, x) in [(0, 0, 0), (1, 59, 39), (1, 31, 7)] {
            let pixel = repeated.sliced(0, n..<n + 1).sliced(1, y..<y + 1).sliced(2, x..<x + 1)
            let source = large.sliced(0, n..<n + 1).sliced(1, y / 2..<y / 2 + 1).sliced(2, x / 2..<x / 2 + 1)
            #expect(pixel.values == source.values)
        }
    }

    @Test("The product of two tensors, element by element", arguments: [1, 3])
    func product(threads: Int) {
        let (a, b) = (Tensor.random([3, 41, 29, 7], seed: 7), Tensor.random([3, 41, 29, 7], seed: 8))
        let product = onPool(threads: threads) { a.multiplied(by: b) }
        #expect(product.values == zip(a.values, b.values).map(*))
    }
}
