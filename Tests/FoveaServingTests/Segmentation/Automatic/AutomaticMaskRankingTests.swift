import FoveaImage
import FoveaTensor
import Testing

@testable import FoveaServing

@Suite struct AutomaticMaskRankingTests {
    private let whole = ImageCrop(x: 0, y: 0, width: 100, height: 50, layer: 0)
    private let part = ImageCrop(x: 0, y: 0, width: 60, height: 30, layer: 1)

    /// A mask of the pixels of a rectangle, but for those `without`.
    private func mask(
        _ x: Range<Int>, _ y: Range<Int>, iou: Float = 0.9, crop: ImageCrop? = nil,
        without isHole: (Int, Int) -> Bool = { _, _ in false }
    ) -> AutomaticMask {
        var pixels = [UInt8](repeating: 0, count: 100 * 50)
        for row in y {
            for column in x where !isHole(column, row) { pixels[100 * row + column] = 1 }
        }
        let mask = RunLengthMask(height: 50, width: 100, pixels: pixels)
        return AutomaticMask(
            mask: mask, box: Box(pixels: mask.bounds), predictedIoU: iou, stabilityScore: 1, x: 0, y: 0,
            crop: crop ?? whole)
    }

    @Test("A box goes from the first pixel to the last")
    func boxes() {
        #expect(mask(3..<10, 4..<5).box == Box(x0: 3, y0: 4, x1: 9, y1: 4))
        #expect(mask(0..<0, 0..<0).box == Box(x0: 0, y0: 0, x1: 0, y1: 0))
    }

    @Test("Of masks of a crop that overlap the one with the highest predicted overlap stays")
    func crop() {
        let masks = [
            mask(0..<20, 0..<20, iou: 0.9), mask(0..<20, 0..<21, iou: 0.95), mask(40..<50, 0..<20, iou: 0.99),
        ]
        #expect(masks.bestOfCrop(AutomaticMaskOptions()) == [masks[2], masks[1]])
        var options = AutomaticMaskOptions()
        options.boxNMSThreshold = 1
        #expect(masks.bestOfCrop(options) == [masks[2], masks[1], masks[0]])
    }

    @Test("Of masks of different crops that overlap the one of the smaller crop stays")
    func crops() {
        let masks = [mask(0..<20, 0..<20, iou: 0.99), mask(0..<20, 0..<21, iou: 0.9, crop: part)]
        #expect(masks.bestOfCrops(AutomaticMaskOptions()) == [masks[1]])
        var options = AutomaticMaskOptions()
        options.cropNMSThreshold = 1
        #expect(masks.bestOfCrops(options) == [masks[1], masks[0]])
    }

    @Test("Small holes are filled, small islands go, and what had none of them goes before what overlaps it")
    func cleaned() throws {
        let plain = mask(0..<20, 0..<20)
        #expect(plain.cleaned(under: 10) == nil)
        let holed = mask(0..<20, 0..<20) { x, y in x == 5 && y == 5 }
        #expect(try #require(holed.cleaned(under: 10)) == plain.mask)
        let torn = mask(0..<30, 0..<20) { x, y in (20..<29).contains(x) || (x == 29 && y > 3) }
        #expect(torn.box.x1 == 29)
        #expect(try #require(torn.cleaned(under: 10)) == plain.mask)
        let both = mask(0..<30, 0..<20) { x, y in
            (x == 5 && y == 5) || (20..<29).contains(x) || (x == 29 && y > 3)
        }
        #expect(try #require(both.cleaned(under: 10)) == plain.mask)
        let far = mask(60..<80, 0..<20) { x, y in x == 65 && y == 5 }
        let masks = [torn, plain, far]
        let best = masks.bestOfCleaned(masks.map { $0.cleaned(under: 10) }, AutomaticMaskOptions())
        #expect(best.map(\.box.x0) == [0, 60])
        #expect(best[0] == plain)
        #expect(best[1].mask == mask(60..<80, 0..<20).mask)
    }
}
