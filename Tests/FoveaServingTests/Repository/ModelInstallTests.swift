import Dispatch
import Foundation
import Synchronization
import FoveaModels
import Testing

@testable import FoveaServing

@Suite struct ModelInstallTests {
    private let folder: TemporaryFolder
    private let repository: ModelRepository
    private let catalogue: Catalogue

    init() throws {
        folder = try TemporaryFolder()
        repository = ModelRepository(directory: folder.path + "/models", architectures: Toy.architectures)
        catalogue = try Catalogue(json: Array(#"{"models":[]}"#.utf8))
    }

    private func addition(
        _ name: String, file: [UInt8] = Toy.safetensors(), architecture: String? = nil, labels: String? = nil,
        version: Int? = nil
    ) throws -> ModelRepository.Addition {
        let path = try folder.write(file, to: "checkpoint.bin")
        var addition = ModelRepository.Addition(file: path, name: try ModelName(name))
        (addition.architecture, addition.labels, addition.version) = (architecture, labels, version)
        return addition
    }

    /// The repository's files, those of its own bookkeeping left out.
    private func files() throws -> [String] {
        try folder.files().filter { $0.hasPrefix("models/") && !$0.hasPrefix("models/.partial/") }
            .map { String($0.dropFirst("models/".count)) }
    }

    @Test("A checkpoint becomes a model with a card that says everything")
    func add() throws {
        let labels = try folder.write("a\nb\nc\n", to: "classes")
        let model = try repository.add(addition("cat", labels: labels), catalogue: catalogue)
        #expect(model.card.architecture == "toy")
        #expect(model.card.source == "checkpoint.bin")
        #expect(try model.labels(classes: 3)?.names == ["a", "b", "c"])
        #expect(try model.verifyDigest() == model.card.sha256)
        #expect(try files() == ["cat/labels.txt", "cat/model.json", "cat/weights.safetensors"])
    }

    @Test("Versions are added beside each other, whichever comes first")
    func versions() throws {
        _ = try repository.add(addition("cat", version: 3), catalogue: catalogue)
        #expect(try repository.add(addition("cat", version: 2), catalogue: catalogue).version == 2)
        #expect(try repository.model(named: ModelName("cat")).version == 3)
        #expect(throws: RepositoryError.exists("cat version 2")) {
            try repository.add(addition("cat", version: 2), catalogue: catalogue)
        }
        #expect(throws: RepositoryError.exists("cat")) { try repository.add(addition("cat"), catalogue: catalogue) }
        _ = try repository.add(addition("dog"), catalogue: catalogue)
        #expect(throws: RepositoryError.unnumbered("dog")) {
            try repository.add(addition("dog", version: 2), catalogue: catalogue)
        }
        #expect(try files().count == 6)
    }

    @Test("A checkpoint that fits no architecture, or several, is refused with the candidates")
    func undecided() throws {
        let file = folder.path + "/checkpoint.bin"
        #expect(throws: RepositoryError.undecidedArchitecture(file: file, fitting: [])) {
            try repository.add(addition("x", file: Toy.safetensors(key: "other")), catalogue: catalogue)
        }
        #expect(throws: RepositoryError.undecidedArchitecture(file: file, fitting: ["twin_a", "twin_b"])) {
            try repository.add(addition("x", file: Toy.safetensors(key: "twin")), catalogue: catalogue)
        }
        let twin = try addition("x", file: Toy.safetensors(key: "twin"), architecture: "twin_b")
        #expect(try repository.add(twin, catalogue: catalogue).card.architecture == "twin_b")
        #expect(throws: RepositoryError.unknownArchitecture("nope", known: Toy.architectures.map(\.name))) {
            try repository.add(addition("y", architecture: "nope"), catalogue: catalogue)
        }
    }

    @Test("What doesn't work is refused, and nothing of it stays")
    func unusable() throws {
        let attempts = [
            try addition("a", file: Array("no checkpoint at all".utf8)),
            try addition("b", file: []),
            try addition("c", file: Toy.safetensors(key: "twin"), architecture: "toy"),
            try addition("d", labels: folder.write("only one\n", to: "classes")),
            try addition("e", labels: folder.path + "/missing"),
            ModelRepository.Addition(file: folder.path + "/missing", name: try ModelName("f")),
            ModelRepository.Addition(file: folder.path, name: try ModelName("g")),
        ]
        let contents: [[UInt8]] = [
            Array("no checkpoint at all".utf8), [], Toy.safetensors(key: "twin"), Toy.safetensors(), Toy.safetensors(),
            [], [],
        ]
        for (attempt, content) in zip(attempts, contents) {
            try folder.write(content, to: "checkpoint.bin")
            #expect(throws: (any Error).self) { try repository.add(attempt, catalogue: catalogue) }
        }
        #expect(try files() == [])
        #expect(try repository.entries().count == 0)
    }

    @Test("A safetensors file cut at any byte is refused", arguments: 0..<Toy.safetensors().count)
    func cut(at end: Int) throws {
        let cut = try addition("x", file: Array(Toy.safetensors()[..<end]))
        #expect(throws: (any Error).self) { try repository.add(cut, catalogue: catalogue) }
        #expect(try files() == [])
    }

    @Test("A file that the catalogue knows by its digest gets the published card")
    func published() throws {
        let file = Toy.safetensors()
        let digest = try FileSystem.digest(of: folder.write(file, to: "w"))
        let known = try Catalogue(
            json: Array(
                """
                {"models":[{"name":"toy-model","url":"https://example.org/w.safetensors",
                "card":{"task":"classify","architecture":"toy","license":"MIT","input":{"size":[9,9]}},
                "file":{"name":"w.safetensors","sha256":"\(digest)","size":\(file.count)}}]}
                """.utf8))
        let model = try repository.add(addition("mine"), catalogue: known)
        #expect(model.card.license == "MIT")
        #expect(model.card.source == "https://example.org/w.safetensors")
        #expect(model.card.weights == "weights.safetensors")
        #expect(model.input.height == 9)
    }

    @Test("Of ten additions of one name at once one succeeds, and the model is whole")
    func race() throws {
        let addition = try addition("cat", file: Toy.safetensors(count: 1_000_000))
        let outcomes = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: 10) { _ in
            let text = errorText { _ = try repository.add(addition, catalogue: catalogue) }
            outcomes.withLock { $0.append(text ?? "done") }
        }
        let exists = "\(RepositoryError.exists("cat"))"
        #expect(outcomes.withLock { $0.sorted() } == [String](repeating: exists, count: 9) + ["done"])
        #expect(try files() == ["cat/model.json", "cat/weights.safetensors"])
        #expect(throws: Never.self) { try repository.model(named: ModelName("cat")).prove() }
    }

    @Test("What an interrupted addition left behind is no model, and goes with the next one of that name")
    func leftovers() throws {
        try folder.write("x", to: "models/.cat.partial-0123abcd/model.json")
        try folder.write("x", to: "models/.cat.partial-x.partial-0123abcd/model.json")
        #expect(try repository.entries().count == 0)
        _ = try repository.add(addition("cat"), catalogue: catalogue)
        #expect(
            try files() == [
                ".cat.partial-x.partial-0123abcd/model.json", "cat/model.json", "cat/weights.safetensors",
            ])
    }

    @Test("A model is removed with its files, and a version alone")
    func remove() throws {
        _ = try repository.add(addition("dog"), catalogue: catalogue)
        for version in [1, 2] { _ = try repository.add(addition("cat", version: version), catalogue: catalogue) }
        try repository.remove(ModelName("cat"), version: 1)
        #expect(try repository.entry(named: ModelName("cat")).versions.map(\.number) == [2])
        #expect(throws: RepositoryError.noVersion(1, model: "cat", known: [2])) {
            try repository.remove(ModelName("cat"), version: 1)
        }
        try repository.remove(ModelName("cat"), version: 2)
        try repository.remove(ModelName("dog"))
        #expect(try files() == [])
        #expect(throws: RepositoryError.noModel("dog", directory: repository.directory)) {
            try repository.remove(ModelName("dog"))
        }
    }

    @Test("Removing a model doesn't follow links out of it")
    func removeLinks() throws {
        let kept = try folder.write("kept", to: "outside/kept")
        try folder.write("x", to: "models/cat/1/x")
        try FileManager.default.createSymbolicLink(
            atPath: repository.directory + "/cat/link", withDestinationPath: folder.path + "/outside")
        try repository.remove(ModelName("cat"))
        #expect(FileManager.default.fileExists(atPath: kept))
    }
}
