import Testing

@testable import FoveaImage

@Suite struct MaskMosaicTests {
    private func square(_ x: Range<Int>, _ y: Range<Int>) -> RunLengthMask {
        var pixels = [UInt8](repeating: 0, count: 60 * 40)
        for row in y {
            for column in x { pixels[60 * row + column] = 1 }
        }
        return RunLengthMask(height: 40, width: 60, pixels: pixels)
    }

    @Test("A mask within another is seen, whichever comes first, and nothing else changes")
    func nested() {
        let image = Image(width: 60, height: 40, pixels: [UInt8](repeating: 100, count: 3 * 60 * 40))
        let (large, small) = (square(5..<40, 5..<35), square(10..<20, 10..<20))
        let mosaic = MaskMosaic(opacity: 1, lineRadius: 0)
        let picture = mosaic([small, large], over: image)
        #expect(picture == mosaic([large, small], over: image))
        func pixel(_ x: Int, _ y: Int) -> [UInt8] { Array(picture.pixels[3 * (60 * y + x)..<3 * (60 * y + x) + 3]) }
        let colours = (0..<2).map(MaskMosaic.colour).map { [$0.red, $0.green, $0.blue] }
        #expect(pixel(30, 30) == colours[0])
        #expect(pixel(15, 15) == colours[1])
        #expect(pixel(50, 20) == [100, 100, 100])
        #expect(mosaic([], over: image) == image)
    }

    @Test("Colours of masks that follow each other differ much, and of many no two are equal")
    func colours() {
        let colours = (0..<100).map(MaskMosaic.colour).map { [Int($0.red), Int($0.green), Int($0.blue)] }
        #expect(Set(colours).count == 100)
        for (a, b) in zip(colours, colours.dropFirst()) {
            #expect(zip(a, b).reduce(0) { $0 + abs($1.0 - $1.1) } > 100)
        }
    }
}
