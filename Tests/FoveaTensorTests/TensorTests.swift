import FoveaTensor
import Testing

@Suite struct TensorTests {
    private let x = Tensor((0..<24).map(Float.init), shape: [2, 3, 4])

    @Test func permutingMovesAxes() {
        let y = x.permuted([2, 0, 1])
        #expect(y.shape == [4, 2, 3])
        #expect(!y.isContiguous)
        #expect(Array(y.values.prefix(7)) == [0, 4, 8, 12, 16, 20, 1])
        #expect(y.permuted([1, 2, 0]).values == x.values)
        #expect(y.permuted([1, 2, 0]).isContiguous)
    }

    @Test func slicingKeepsTheOtherAxes() {
        let y = x.sliced(1, 1..<3)
        #expect(y.shape == [2, 2, 4])
        #expect(y.values == [4, 5, 6, 7, 8, 9, 10, 11, 16, 17, 18, 19, 20, 21, 22, 23])
        #expect(x.sliced(0, 1..<2).isContiguous)
        #expect(x.sliced(0, 1..<2).values == (12..<24).map(Float.init))
        #expect(x.sliced(2, 4..<4).count == 0)
        #expect(x.sliced(2, 4..<4).values.isEmpty)
    }

    @Test func reshapingAViewFollowsItsOrder() {
        #expect(x.reshaped([4, 6]).values == x.values)
        #expect(x.permuted([0, 2, 1]).reshaped([24]).values.prefix(4) == [0, 4, 8, 1])
        #expect(x.sliced(2, 1..<2).reshaped([3, 2]).values == [1, 5, 9, 13, 17, 21])
    }

    @Test func expandingRepeatsWithoutCopying() {
        let y = Tensor([1, 2], shape: [2, 1]).expanded(to: [2, 3])
        #expect(y.values == [1, 1, 1, 2, 2, 2])
        #expect(Tensor(repeating: 0.5, shape: [2, 2]).values == [0.5, 0.5, 0.5, 0.5])
    }

    @Test func aViewOfAScalarAndOfNothing() {
        let scalar = Tensor([3], shape: [])
        #expect(scalar.count == 1)
        #expect(scalar.permuted([]).values == [3])
        #expect(Tensor([], shape: [0, 4]).permuted([1, 0]).values.isEmpty)
    }

    @Test func topPrefersTheLowerIndexAndRanksNaNLast() {
        let scores = Tensor([.nan, 1, 5, 5, -.infinity], shape: [5])
        #expect(scores.top(3).map(\.index) == [2, 3, 1])
        #expect(scores.top(9).map(\.index) == [2, 3, 1, 4, 0])
        #expect(scores.top(1).first?.value == 5)
        #expect(scores.top(0).isEmpty)
    }
}
