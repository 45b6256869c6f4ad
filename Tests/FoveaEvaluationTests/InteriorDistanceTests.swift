import Testing

@testable import FoveaEvaluation

@Suite struct InteriorDistanceTests {
    /// The same by looking at every pair of pixels.
    private func twin(_ isInside: [Bool], height: Int, width: Int) -> InteriorDistance.Deepest? {
        var best: InteriorDistance.Deepest?
        for y in 0..<height {
            for x in 0..<width where isInside[y * width + x] {
                var nearest = Int.max
                for row in -1...height {
                    for column in -1...width {
                        let isBeyond = row < 0 || row == height || column < 0 || column == width
                        if isBeyond || !isInside[row * width + column] {
                            nearest = min(nearest, (row - y) * (row - y) + (column - x) * (column - x))
                        }
                    }
                }
                if nearest > best?.squared ?? 0 { best = .init(x: x, y: y, squared: nearest) }
            }
        }
        return best
    }

    @Test("The deepest pixel is the one that comparing all pixels finds", arguments: 0..<40)
    func matchesTwin(seed: Int) {
        var state = UInt64(seed)
        func random(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % count
        }
        let (height, width) = (1 + random(14), 1 + random(14))
        let share = 1 + random(9)
        let isInside = (0..<height * width).map { _ in random(10) < share }
        #expect(
            InteriorDistance.deepest(isInside, height: height, width: width)
                == twin(isInside, height: height, width: width))
    }

    @Test("The middle of a whole picture, of a single pixel, of nothing")
    func edges() {
        let whole = InteriorDistance.deepest([Bool](repeating: true, count: 63), height: 7, width: 9)
        #expect(whole == .init(x: 3, y: 3, squared: 16))
        #expect(InteriorDistance.deepest([true], height: 1, width: 1) == .init(x: 0, y: 0, squared: 1))
        #expect(InteriorDistance.deepest([false, false], height: 1, width: 2) == nil)
        #expect(InteriorDistance.deepest([], height: 0, width: 5) == nil)
    }
}
