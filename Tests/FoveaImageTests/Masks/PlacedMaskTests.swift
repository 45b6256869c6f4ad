import Testing

@testable import FoveaImage

@Suite struct PlacedMaskTests {
    @Test("A mask in a larger picture has its pixels where it was put")
    func placed() {
        var random = SystemRandomNumberGenerator()
        for (width, height) in [(1, 1), (5, 3), (3, 8)] {
            let pixels = (0..<width * height).map { _ in UInt8.random(in: 0...1, using: &random) }
            let mask = RunLengthMask(height: height, width: width, pixels: pixels)
            for (x, y) in [(0, 0), (2, 0), (0, 4), (2, 4), (1, 2)] {
                var expected = [UInt8](repeating: 0, count: (width + 2) * (height + 4))
                for (index, pixel) in pixels.enumerated() {
                    expected[(y + index / width) * (width + 2) + x + index % width] = pixel
                }
                #expect(
                    mask.placed(x: x, y: y, height: height + 4, width: width + 2)
                        == RunLengthMask(height: height + 4, width: width + 2, pixels: expected))
            }
            #expect(mask.placed(x: 0, y: 0, height: height, width: width) == mask)
        }
    }
}
