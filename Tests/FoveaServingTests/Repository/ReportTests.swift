import FoveaJSON
import FoveaModels
import Testing

@testable import FoveaServing

@Suite struct ReportTests {
    @Test("Columns are as wide as their longest cell, numbers stand to the right, no line ends in spaces")
    func table() {
        var table = TextTable(["NAME", "SIZE", "STATE"], right: ["SIZE"])
        table.add(["a", "12345", "good"])
        table.add(["longer", "1", "é"])
        #expect(table.text == "NAME     SIZE  STATE\na       12345  good\nlonger      1  é\n")
    }

    @Test(
        "Bytes are told in powers of ten",
        arguments: [
            (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (1049, "1.0 kB"), (1050, "1.1 kB"), (18_826_032, "18.8 MB"),
            (999_940, "999.9 kB"), (1_500_000_000, "1.5 GB"),
        ])
    func bytes(count: Int, text: String) {
        #expect(ByteCount(count).description == text)
    }

    @Test("A list tells good models and the reason of wrong ones, for people and for programs")
    func list() throws {
        let folder = try TemporaryFolder()
        try folder.write(#"{"task":"classify","architecture":"toy","weights":"w"}"#, to: "cat/2/model.json")
        try folder.write(Toy.safetensors(), to: "cat/2/w")
        try folder.write("{", to: "dog/model.json")
        try folder.write("x", to: "a b/x")
        let list = ModelList(try ModelRepository(directory: folder.path, architectures: Toy.architectures).entries())
        #expect(
            list.text == """
                NAME  VERSION  TASK      ARCHITECTURE  SIZE  STATE
                a b         -  -         -                -  wrong: 'a b' can't be a model's name: expected 1 to 64 letters, \
                digits, '.', '_' and '-', a letter or digit first, no '..'
                cat         2  classify  toy           80 B  good
                dog         1  -         -                -  wrong: model.json: the JSON ends too early

                """)
        let json = list.json
        guard case .array(let rows) = json else { return }
        #expect(
            rows[1]
                == .object([
                    .init("name", .string("cat")), .init("version", .integer(2)), .init("state", .string("good")),
                    .init("task", .string("classify")), .init("architecture", .string("toy")),
                    .init("bytes", .integer(80)),
                ]))
        #expect(
            rows[2]
                == .object([
                    .init("name", .string("dog")), .init("version", .integer(1)), .init("state", .string("wrong")),
                    .init("reason", .string("model.json: the JSON ends too early")),
                ]))
    }

    @Test("A checkpoint is told by its tensors, its parameters, what it fits and the card it would get")
    func inspection() throws {
        let folder = try TemporaryFolder()
        let catalogue = try Catalogue(json: Array(#"{"models":[]}"#.utf8))
        func inspect(_ key: String) throws -> CheckpointInspection {
            let path = try folder.write(Toy.safetensors(key: key), to: "w.bin")
            return try CheckpointInspection(contentsOf: path, catalogue: catalogue, architectures: Toy.architectures)
        }
        let toy = try inspect("scores")
        #expect(toy.container == .safetensors)
        #expect(toy.parameters == 3)
        #expect(toy.card?.architecture == "toy")
        #expect(toy.card?.weights == "weights.safetensors")
        #expect(toy.text.contains("scores  [3]    F32          3\n"))
        #expect(toy.text.contains("architecture  toy\n"))
        let statistics = try inspect("bn.running_var")
        #expect(statistics.elements == 3)
        #expect(statistics.parameters == 0)
        #expect(statistics.card == nil)
        #expect(statistics.text.contains("architecture  none known here\n"))
        #expect(try inspect("twin").fitting.map(\.name) == ["twin_a", "twin_b"])
    }

    @Test("The container is told by the first bytes, whatever the file's name")
    func container() throws {
        let folder = try TemporaryFolder()
        func container(_ start: [UInt8]) throws -> WeightsContainer {
            try WeightsContainer(of: folder.write(start, to: "weights.safetensors"))
        }
        #expect(try container([0x50, 0x4B, 0x03, 0x04, 0]) == .pytorchZip)
        #expect(try container([0x80, 0x02, 0x8A]) == .pytorchLegacy)
        #expect(try container(Toy.safetensors()) == .safetensors)
        #expect(throws: RepositoryError.self) { try container([0x80, 0x04, 0x95]) }
    }

    @Test(
        "A file that is no checkpoint is refused",
        arguments: ["", "text that is no checkpoint", "PK\u{3}\u{4}", "\u{80}\u{2}"])
    func notACheckpoint(text: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }, to: "x")
        #expect(throws: RepositoryError.self) {
            try CheckpointInspection(contentsOf: path, catalogue: .builtIn(), architectures: Toy.architectures)
        }
    }
}
