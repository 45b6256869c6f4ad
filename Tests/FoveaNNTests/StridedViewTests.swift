import Testing

@testable import FoveaNN

@Suite struct StridedViewTests {
    /// Walks the indices one by one, as the definition says.
    private func naive(_ storage: [Float], shape: [Int], strides: [Int]) -> [Float] {
        guard let length = shape.first, let stride = strides.first else { return [storage[0]] }
        return (0..<length).flatMap { index in
            naive(
                Array(storage[(index * stride)...]), shape: Array(shape.dropFirst()),
                strides: Array(strides.dropFirst()))
        }
    }

    private func copied(_ storage: [Float], shape: [Int], strides: [Int]) -> [Float] {
        var result = [Float](repeating: .nan, count: shape.reduce(1, *))
        result.withUnsafeMutableBufferPointer { result in
            storage.withUnsafeBufferPointer { storage in
                StridedView(shape: shape, strides: strides).copy(storage, to: result)
            }
        }
        return result
    }

    @Test(
        "A view reads what its indices say",
        arguments: [
            ([], []), ([1], [7]), ([4], [1]), ([4], [3]), ([4], [0]), ([2, 3], [3, 1]), ([3, 2], [1, 3]),
            ([2, 3, 4], [12, 4, 1]), ([4, 3, 2], [1, 4, 12]), ([4, 1, 3, 1], [1, 99, 8, 5]), ([2, 3], [0, 0]),
            ([3, 1, 2, 1, 2], [2, 50, 12, 50, 1]), ([2, 2, 2, 2], [1, 2, 4, 8]), ([3, 3], [1, 1]),
        ] as [([Int], [Int])])
    func matchesDefinition(shape: [Int], strides: [Int]) {
        let storage = (0..<40).map(Float.init)
        #expect(copied(storage, shape: shape, strides: strides) == naive(storage, shape: shape, strides: strides))
    }

    @Test func emptyViewsCopyNothingWhateverTheirStrides() {
        #expect(copied([1], shape: [0, 3], strides: [Int.max, Int.max]) == [])
        #expect(copied([1], shape: [3, 0], strides: [Int.max, Int.max]) == [])
    }

    @Test func contiguousMeansRowMajorWithoutGaps() {
        #expect(StridedView(shape: [2, 3], strides: [3, 1]).isContiguous)
        #expect(StridedView(shape: [2, 1, 3], strides: [3, 77, 1]).isContiguous)
        #expect(StridedView(shape: [], strides: []).isContiguous)
        #expect(StridedView(shape: [0, 2], strides: [9, 9]).isContiguous)
        #expect(!StridedView(shape: [2, 3], strides: [4, 1]).isContiguous)
        #expect(!StridedView(shape: [3], strides: [0]).isContiguous)
    }
}
