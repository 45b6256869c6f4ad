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
}
