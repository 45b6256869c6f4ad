import Testing

@testable import FoveaServing

@Suite struct LabelsTests {
    @Test("The ImageNet list has 1000 different names, in the order of the synsets")
    func imageNet() throws {
        let names = try Labels(.imageNet1K).names
        #expect(names.count == 1000)
        #expect(Set(names).count == 1000)
        #expect(
            [names[0], names[281], names[285], names[905], names[999]] == [
                "tench", "tabby", "Egyptian cat", "window shade", "toilet tissue",
            ])
    }

    @Test("The lists of detectors have their things in the usual order, without the background")
    func detectors() throws {
        let (coco, voc) = (try Labels(.coco80).names, try Labels(.voc20).names)
        #expect([coco.count, Set(coco).count, voc.count, Set(voc).count] == [80, 80, 20, 20])
        #expect([coco[0], coco[11], coco[15], coco[79]] == ["person", "stop sign", "cat", "toothbrush"])
        #expect([voc[0], voc[14], voc[19]] == ["aeroplane", "person", "tvmonitor"])
    }

    @Test(
        "Lines may end in LF or CR LF, and the last one not at all", arguments: ["a\nb c\n", "a\r\nb c\r\n", "a\nb c"])
    func lineEnds(text: String) throws {
        #expect(try Labels(text: Array(text.utf8), origin: "labels.txt").names == ["a", "b c"])
    }

    @Test("A line without a name is refused by its number", arguments: ["a\n\nb\n", "a\n \t\nb", "a\n\n"])
    func emptyLine(text: String) {
        #expect(throws: LabelsError.emptyLine(2, file: "l")) { try Labels(text: Array(text.utf8), origin: "l") }
    }

    @Test("Text that isn't UTF-8 and files without end are refused")
    func hostile() {
        #expect(throws: LabelsError.notUTF8(file: "l")) { try Labels(text: [0xFF, 0x0A], origin: "l") }
        let large = [UInt8](repeating: 0x61, count: (4 << 20) + 1)
        #expect(throws: LabelsError.tooLarge(file: "l", limit: 4 << 20)) { try Labels(text: large, origin: "l") }
        #expect(throws: LabelsError.file(FileError(operation: "read", path: "/dev/zero", code: 22))) {
            try Labels(contentsOf: "/dev/zero", origin: "l")
        }
    }

    @Test("There must be as many names as classes")
    func count() throws {
        let labels = try Labels(text: Array("a\nb\n".utf8), origin: "l")
        #expect(throws: Never.self) { try labels.check(classes: 2) }
        #expect(throws: LabelsError.count(2, file: "l", classes: 3)) { try labels.check(classes: 3) }
        #expect(throws: Never.self) { try labels.check(classes: 2, hasBackground: true) }
        #expect(
            errorText { try labels.check(classes: 1, hasBackground: true) }
                == "l has 2 lines, but the model has 1 classes; the background is no class")
    }
}
