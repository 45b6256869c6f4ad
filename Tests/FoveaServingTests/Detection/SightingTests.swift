import FoveaImage
import FoveaModels
import FoveaTensor
import Testing

@testable import FoveaServing

@Suite struct SightingTests {
    private func sighting(
        _ x0: Float, _ y0: Float, _ x1: Float, _ y1: Float, score: Float = 0.5, classID: Int = 0, isCut: Bool = false
    ) -> Sighting {
        Sighting(
            object: DetectedObject(box: Box(x0: x0, y0: y0, x1: x1, y1: y1), classID: classID, score: score),
            isCut: isCut)
    }

    private func scores(_ sightings: [Sighting], _ options: DetectionOptions = DetectionOptions()) -> [Float] {
        sightings.merged(options).map(\.score)
    }

    @Test("Of two views of one object the better one stays, by the threshold of the options")
    func twice() {
        let pair = [sighting(0, 0, 10, 10, score: 0.6), sighting(1, 0, 11, 10, score: 0.9)]
        #expect(scores(pair) == [0.9])
        // 9 of 11 columns are common.
        #expect(scores(pair, DetectionOptions(overlapThreshold: 0.83)) == [0.9, 0.6])
    }

    @Test("A piece goes for the whole object, although its score is better")
    func piece() {
        let whole = sighting(0, 0, 100, 50, score: 0.4)
        let pieces = [
            sighting(0, 0, 40, 50, score: 0.9, isCut: true), sighting(60, 0, 103, 50, score: 0.8, isCut: true),
        ]
        #expect(scores(pieces + [whole]) == [0.4])
        #expect(scores(pieces) == [0.9, 0.8])
    }

    @Test("What is whole stays within something larger")
    func nested() {
        #expect(scores([sighting(0, 0, 100, 50, score: 0.9), sighting(10, 10, 20, 20)]) == [0.9, 0.5])
    }

    @Test(
        "A piece that no view shows better stays, and of two pieces of which one is mostly in the other the better one")
    func pieces() {
        let pieces = [
            sighting(0, 0, 60, 50, score: 0.6, isCut: true), sighting(40, 0, 100, 50, score: 0.7, isCut: true),
            sighting(45, 0, 65, 50, score: 0.5, isCut: true),
        ]
        #expect(scores(pieces) == [0.7, 0.6])
    }

    @Test("Classes leave each other alone, unless they don't count")
    func classes() {
        let pair = [sighting(0, 0, 10, 10, score: 0.6), sighting(0, 0, 10, 10, score: 0.9, classID: 1, isCut: true)]
        #expect(scores(pair) == [0.9, 0.6])
        #expect(scores(pair, DetectionOptions(isClassAgnostic: true)) == [0.6])
    }

    @Test("The best come first, the first of equals before the others, and no more than are wanted")
    func order() {
        let four = (0..<4).map {
            sighting(Float(20 * $0), 0, Float(20 * $0 + 10), 10, score: [0.5, 0.7, 0.5, 0.6][$0])
        }
        #expect(scores(four) == [0.7, 0.6, 0.5, 0.5])
        #expect(four.merged(DetectionOptions(limit: 3)).map(\.box.x0) == [20, 60, 0])
        #expect([Sighting]().merged(DetectionOptions()).isEmpty)
    }

    @Test("Boxes without an area are neither dropped nor drop others")
    func empty() {
        #expect(scores([sighting(0, 0, 0, 0), sighting(0, 0, 0, 0, score: 0.4, isCut: true)]) == [0.5, 0.4])
    }

    @Test("A box is cut where it ends with its tile, but not with the photograph")
    func cuts() {
        let view = PictureView(
            part: .init(x: 640, y: 0, width: 640, height: 640), seen: PictureSize(width: 320, height: 320),
            photograph: PictureSize(width: 1280, height: 1000))
        func cuts(_ x0: Float, _ y0: Float, _ x1: Float, _ y1: Float) -> Bool {
            view.cuts(Box(x0: x0, y0: y0, x1: x1, y1: y1))
        }
        #expect(!cuts(700, 0, 1280, 600))
        #expect(cuts(650, 100, 800, 200))
        #expect(!cuts(651, 100, 800, 200))
        #expect(cuts(700, 100, 800, 630))
        #expect(!cuts(700, 100, 800, 629))
    }
}
