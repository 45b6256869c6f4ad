import FoveaTensor
import Testing

@testable import FoveaModels
@testable import FoveaServing

@Suite struct SegmentPromptTests {
    @Test(
        "A photograph's longer side fills the square, the shorter one is rounded and has a pixel at least",
        arguments: [
            (1800, 1200, 1024, 683), (1200, 1800, 683, 1024), (500, 333, 1024, 682), (1024, 1024, 1024, 1024),
            (1, 1, 1024, 1024), (5000, 1, 1024, 1), (3, 2, 1024, 683),
        ])
    func seen(width: Int, height: Int, seenWidth: Int, seenHeight: Int) {
        let seen = ImageFrame(width: width, height: height, side: 1024).seen
        #expect(seen.width == seenWidth)
        #expect(seen.height == seenHeight)
    }

    @Test("Places are scaled by the rounded sides, each axis by its own")
    func places() {
        let prompt = SegmentPrompt(
            points: [.init(x: 900, y: 600), .init(x: 0, y: 1200, isForeground: false)],
            box: .init(left: 0, top: 0, right: 1800, bottom: 1200))
        let scaled = prompt.prompt(in: ImageFrame(width: 1800, height: 1200, side: 1024), logits: nil)
        #expect(
            scaled.points == [
                .init(x: 512, y: 341.5, label: .foreground), .init(x: 0, y: 683, label: .background),
            ])
        #expect(scaled.box == .init(left: 0, top: 0, right: 1024, bottom: 683))
    }

    @Test(
        "What is not in the photograph, or says nothing, is refused with the reason",
        arguments: [
            (SegmentPrompt(), "empty"),
            (SegmentPrompt(points: [.init(x: 101, y: 5)]), "outside"),
            (SegmentPrompt(points: [.init(x: -0.5, y: 5)]), "outside"),
            (SegmentPrompt(points: [.init(x: .nan, y: 5)]), "outside"),
            (SegmentPrompt(box: .init(left: 0, top: 0, right: 100, bottom: 51)), "beyond"),
            (SegmentPrompt(box: .init(left: 9, top: 0, right: 9, bottom: 5)), "empty"),
            (SegmentPrompt(box: .init(left: 9, top: 6, right: 10, bottom: 5)), "empty"),
            (SegmentPrompt(points: .init(repeating: .init(x: 1, y: 1), count: 257)), "257"),
        ])
    func invalid(prompt: SegmentPrompt, reason: String) {
        let error = #expect(throws: ServingError.self) {
            try prompt.check(in: ImageFrame(width: 100, height: 50, side: 1024), number: 3)
        }
        #expect("\(error.map { "\($0)" } ?? "")".contains(reason))
        #expect("\(error.map { "\($0)" } ?? "")".contains("prompt 3"))
    }

    @Test("The edges belong to the photograph; only a single point by itself is ambiguous")
    func valid() throws {
        let frame = ImageFrame(width: 100, height: 50, side: 1024)
        let prompts = [
            SegmentPrompt(points: [.init(x: 100, y: 50)]),
            SegmentPrompt(points: [.init(x: 0, y: 0), .init(x: 1, y: 1)]),
            SegmentPrompt(box: .init(left: 0, top: 0, right: 100, bottom: 50)),
            SegmentPrompt(points: [.init(x: 1, y: 1)], mask: "m"), SegmentPrompt(mask: "m"),
        ]
        for prompt in prompts { try prompt.check(in: frame, number: 0) }
        #expect(prompts.map(\.isAmbiguous) == [true, false, false, false, false])
    }

    @Test("A point and a box are read from numbers with commas, and nothing else is")
    func text() {
        #expect(SegmentPrompt.Point(text: "1.5,2") == .init(x: 1.5, y: 2))
        #expect(SegmentPrompt.Point(text: "1,2,0") == .init(x: 1, y: 2, isForeground: false))
        #expect(SegmentPrompt.Box(text: "1,2,3,4.5") == .init(left: 1, top: 2, right: 3, bottom: 4.5))
        for text in ["", "1", "1,", ",1", "1,2,", "1,2,3", "1,2,0.5", "1,2,1,1", "a,b", "nan,1", "inf,1", "1 ,2"] {
            #expect(SegmentPrompt.Point(text: text) == nil, "\(text)")
        }
        for text in ["", "1,2,3", "1,2,3,4,5", "1,2,3,x"] { #expect(SegmentPrompt.Box(text: text) == nil, "\(text)") }
    }
}
