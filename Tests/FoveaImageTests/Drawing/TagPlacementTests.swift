import Testing

@testable import FoveaImage

@Suite struct TagPlacementTests {
    private let frame = Rectangle(x: 100, y: 100, width: 200, height: 100)

    private func places(_ frames: [Rectangle], width: Int = 60, height: Int = 20) -> [Rectangle?] {
        var placement = TagPlacement(width: 640, height: 480)
        return frames.map { placement.place(width: width, height: height, at: $0, contour: 1) }
    }

    @Test("A tag is above the upper left corner, inside of it where there is no room")
    func corner() {
        #expect(places([frame]) == [Rectangle(x: 100, y: 81, width: 60, height: 20)])
        let high = Rectangle(x: 100, y: 10, width: 200, height: 100)
        #expect(places([high]) == [Rectangle(x: 100, y: 10, width: 60, height: 20)])
    }

    @Test("It stays within the picture")
    func within() {
        for frame in [
            Rectangle(x: 630, y: 100, width: 10, height: 100), Rectangle(x: 0, y: 0, width: 640, height: 480),
            Rectangle(x: 639, y: 479, width: 1, height: 1), Rectangle(x: 0, y: 0, width: 1, height: 1),
            Rectangle(x: 300, y: 479, width: 9, height: 1), Rectangle(x: 300, y: 0, width: 9, height: 480),
        ] {
            for place in places([frame, frame, frame]) {
                #expect(place?.intersection(Rectangle(x: 0, y: 0, width: 640, height: 480)) == place)
                #expect(place != nil)
            }
        }
    }

    @Test("It goes elsewhere along the frame rather than over a better one's tag, as long as there is room")
    func crowd() {
        let tags = places(Array(repeating: frame, count: 12)).compactMap { $0 }
        #expect(tags.count == 12)
        for (number, tag) in tags.prefix(8).enumerated() {
            #expect(tags[..<number].allSatisfy { $0.grown(-1).intersection(tag.grown(-1)).area == 0 })
        }
    }

    @Test("There is none in a picture too small for it")
    func tooLarge() {
        #expect(places([frame], width: 641) == [nil])
        #expect(places([frame], height: 481) == [nil])
        let whole = Rectangle(x: 0, y: 0, width: 640, height: 480)
        #expect(places([whole, frame], width: 640, height: 480) == [whole, whole])
    }
}
