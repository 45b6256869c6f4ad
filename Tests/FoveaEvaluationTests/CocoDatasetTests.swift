@testable import FoveaEvaluation
import FoveaJSON
import Testing

@Suite struct CocoDatasetTests {
    private func failure(_ text: String) -> CocoDataset.Failure? {
        do throws(CocoDataset.Failure) {
            _ = try CocoDataset(Array(text.utf8))
            return nil
        } catch { return error }
    }

    private func text(images: String = "", categories: String = "", annotations: String = "") -> String {
        """
        {"info":{"a":[1]},"annotations":[\(annotations)],"images":[{"id":1,"file_name":"a.png"}\(images)],\
        "categories":[{"id":2,"name":"cat"}\(categories)]}
        """
    }

    @Test("Photographs come in the order of their numbers, with what is on them")
    func reading() throws {
        let dataset = try CocoDataset(
            Array(
                text(
                    images: #",{"id":-3,"file_name":"b/c.jpg","width":7}"#,
                    annotations: #"{"image_id":1,"category_id":2,"bbox":[1,2.5,3,0],"iscrowd":1,"id":9}"#
                ).utf8))
        #expect(dataset.photographs.map(\.id) == [-3, 1])
        #expect(dataset.photographs.map(\.fileName) == ["b/c.jpg", "a.png"])
        #expect(dataset.categories == [2: "cat"])
        #expect(
            dataset.annotations == [
                .init(
                    image: 1, category: 2, box: PixelBox(x: 1, y: 2.5, width: 3, height: 0), isCrowd: true,
                    segmentation: nil)
            ])
    }

    @Test("What is wrong is said, and where")
    func faults() {
        #expect(
            failure("[]") == .invalid(entry: "the file", expected: "an object with images, categories and annotations"))
        #expect(failure(#"{"images":3}"#) == .invalid(entry: "images", expected: "an array"))
        #expect(failure(#"{"images":[3]}"#) == .invalid(entry: "images[0]", expected: "an object"))
        #expect(failure(text(images: #",{"id":1.5}"#)) == .invalid(entry: "images[1].id", expected: "a whole number"))
        #expect(failure(text(images: #",{"id":4}"#)) == .invalid(entry: "images[1].file_name", expected: "a text"))
        #expect(failure(text(images: #",{"id":1,"file_name":""}"#)) == .duplicate(entry: "images[1]", 1))
        #expect(failure(text(categories: #",{"id":2,"name":""}"#)) == .duplicate(entry: "categories[1]", 2))
        let box = CocoDataset.Failure.invalid(
            entry: "annotations[0].bbox", expected: "four numbers: x, y, width, height")
        for wrong in ["3", "[1,2,3]", "[1,2,-3,4]", #"[1,2,3,"4"]"#] {
            #expect(failure(text(annotations: #"{"image_id":1,"category_id":2,"bbox":\#(wrong)}"#)) == box)
        }
        #expect(
            failure(text(annotations: #"{"image_id":5,"category_id":2,"bbox":[0,0,1,1]}"#))
                == .unknownImage(entry: "annotations[0]", 5))
        #expect(
            failure(text(annotations: #"{"image_id":1,"category_id":5,"bbox":[0,0,1,1]}"#))
                == .unknownCategory(entry: "annotations[0]", 5))
    }

    @Test("A file that ends early is refused, wherever it ends")
    func truncated() {
        let whole = Array(text(annotations: #"{"image_id":1,"category_id":2,"bbox":[1,2,3,4]}"#).utf8)
        #expect(throws: Never.self) { try CocoDataset(whole) }
        for end in whole.indices { #expect(throws: CocoDataset.Failure.self) { try CocoDataset(Array(whole[..<end])) } }
    }
}
