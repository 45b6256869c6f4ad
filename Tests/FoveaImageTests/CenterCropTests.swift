import Testing

@testable import FoveaImage

@Suite struct CenterCropTests {
    @Test(
        "The middle rounds half to even, the border's odd pixel goes after",
        arguments: [
            (length: 10, size: 10, first: 0, border: 0), (10, 9, 0, 0), (10, 7, 2, 0), (10, 5, 2, 0), (10, 3, 4, 0),
            (5, 8, 0, 1), (5, 9, 0, 2), (1, 2, 0, 0),
        ])
    func crops(length: Int, size: Int, first: Int, border: Int) {
        let crop = CenterCrop(of: length, to: size)
        #expect(crop.kept == first..<min(length, first + size))
        #expect(crop.border == border)
    }
}
