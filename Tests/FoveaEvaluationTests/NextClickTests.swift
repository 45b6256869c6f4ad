import FoveaEvaluation
import FoveaImage
import FoveaServing
import Testing

@Suite struct NextClickTests {
    private func mask(_ rows: [String]) -> RunLengthMask {
        RunLengthMask(
            height: rows.count, width: rows[0].utf8.count,
            pixels: rows.flatMap { $0.utf8.map { $0 == UInt8(ascii: "#") ? 255 : 0 } })
    }

    @Test("First into the middle of the thing, then to what lacks most or is too much, and nowhere at last")
    func clicks() {
        let truth = mask(["........", ".#####..", ".#####..", ".#####..", "......##"])
        #expect(.init(x: 2, y: 2) == SegmentPrompt.Point.next(wanting: truth, seeing: nil))
        let half = mask(["........", ".##.....", ".##.....", ".##.....", "......##"])
        #expect(.init(x: 4, y: 2) == SegmentPrompt.Point.next(wanting: truth, seeing: half))
        let more = mask(["........", ".#####.#", ".#####..", "#####...", "#####.##"])
        #expect(SegmentPrompt.Point.next(wanting: truth, seeing: more)?.isForeground == true)
        let surplus = mask(["###.....", "######..", "######..", ".#####..", "......##"])
        #expect(
            .init(x: 0, y: 0, isForeground: false) == SegmentPrompt.Point.next(wanting: truth, seeing: surplus))
        #expect(SegmentPrompt.Point.next(wanting: truth, seeing: truth) == nil)
    }

    @Test("Annotated masks are read as run lengths, as text and as polygons, and must be of the photograph's size")
    func masks() throws {
        func read(_ segmentation: String) throws -> RunLengthMask? {
            let text = """
                {"images":[{"id":1,"file_name":"a.png"}],"categories":[{"id":2,"name":"cat"}],"annotations":\
                [{"image_id":1,"category_id":2,"bbox":[0,0,1,1],"segmentation":\(segmentation)}]}
                """
            return try #require(CocoDataset(Array(text.utf8)).annotations.first).mask(height: 4, width: 5)
        }
        let expected = mask([".....", ".###.", ".###.", "....."])
        #expect(try read(#"{"size":[4,5],"counts":[5,2,2,2,2,2,5]}"#) == expected)
        #expect(try read(#"{"size":[4,5],"counts":"\#(expected.compressedCounts)"}"#) == expected)
        #expect(try read("[[1,1,4,1,4,3,1,3]]") == expected)
        #expect(try read("null") == nil)
        #expect(throws: MaskError.self) { try read(#"{"size":[5,4],"counts":[20]}"#) }
        #expect(throws: MaskError.self) { try read(#"{"size":[4,5],"counts":[19]}"#) }
        #expect(throws: MaskError.self) { try read(#"{"size":[4,5],"counts":[1.5,18.5]}"#) }
        #expect(throws: MaskError.self) { try read("[[1,1,4]]") }
    }
}
