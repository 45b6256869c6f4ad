import FoveaJSON
import Foundation
import FoveaModels
import Testing

@testable import FoveaServing

@Suite struct ModelRepositoryTests {
    private let folder: TemporaryFolder
    private let repository: ModelRepository
    private static let card = #"{"task":"classify","architecture":"toy","weights":"w.safetensors"}"#

    init() throws {
        folder = try TemporaryFolder()
        repository = ModelRepository(directory: folder.path, architectures: Toy.architectures)
    }

    private func place(_ name: String, card: String = Self.card, weights: [UInt8] = Toy.safetensors()) throws {
        try folder.write(card, to: name + "/model.json")
        try folder.write(weights, to: name + "/w.safetensors")
    }

    /// What is wrong with the model called `name`.
    private func reason(_ name: String) throws -> String? {
        let entry = try #require(try repository.entries().first { $0.name == name })
        if let problem = entry.problem { return "\(problem)" }
        guard case .failure(let error) = entry.versions.first?.model else { return nil }
        return "\(error)"
    }

    @Test("A folder that doesn't exist has no models")
    func absent() throws {
        #expect(try ModelRepository(directory: folder.path + "/none").entries().count == 0)
    }

    @Test("A folder with a card is version 1 of its model")
    func flat() throws {
        try place("cat")
        let model = try repository.model(named: ModelName("cat"))
        #expect(model.version == 1)
        #expect(model.input == Toy.input)
        #expect(model.weightsBytes == Toy.safetensors().count)
        #expect(try model.labels(classes: 3) == nil)
    }

    @Test("Of numbered versions the highest good one serves, and others are found by number")
    func numbered() throws {
        try place("cat/2")
        try place("cat/10", card: "{")
        try place("cat/9")
        try folder.write("x", to: "cat/notes/readme.txt")
        let entry = try repository.entry(named: ModelName("cat"))
        #expect(entry.versions.map(\.number) == [10, 9, 2])
        #expect(entry.serving?.version == 9)
        #expect(try repository.model(named: ModelName("cat")).version == 9)
        #expect(try repository.model(named: ModelName("cat"), version: 2).directory == folder.path + "/cat/2")
        #expect(throws: RepositoryError.card(.json(.unexpectedEnd))) {
            try repository.model(named: ModelName("cat"), version: 10)
        }
        #expect(throws: RepositoryError.noVersion(3, model: "cat", known: [10, 9, 2])) {
            try repository.model(named: ModelName("cat"), version: 3)
        }
    }

    @Test("What is wrong with one model leaves the others alone")
    func oneWrong() throws {
        try place("good")
        try place("bad", card: #"{"task":"classify"}"#)
        try folder.write("x", to: "empty/readme.txt")
        try place("mixed")
        try place("mixed/1")
        try place("a b")
        try folder.write("x", to: "readme.txt")
        try place(".hidden")
        let entries = try repository.entries()
        #expect(entries.map(\.name) == ["a b", "bad", "empty", "good", "mixed"])
        #expect(entries.map { $0.serving != nil } == [false, false, false, true, false])
        #expect(
            try reason("bad") == "model.json: 'architecture' is missing; expected a name such as efficientnet_lite0")
        #expect(try reason("a b")?.hasPrefix("'a b' can't be a model's name") == true)
        #expect(entries[2].problem == .noCard(directory: folder.path + "/empty"))
        #expect(entries[4].problem == .mixedVersions(directory: folder.path + "/mixed"))
    }

    @Test("Architecture and task must be known and agree")
    func architecture() throws {
        try place("unknown", card: #"{"task":"classify","architecture":"x","weights":"w.safetensors"}"#)
        try place("task", card: #"{"task":"segment","architecture":"detector","weights":"w.safetensors"}"#)
        #expect(
            try reason("unknown") == "model.json: there is no architecture 'x'; known are toy, twin_a, twin_b, detector"
        )
        #expect(try reason("task") == "model.json: the task is segment, but detector can only detect")
    }

    @Test("The card's input makes the effective one, or is what's wrong")
    func input() throws {
        try place(
            "small", card: #"{"task":"classify","architecture":"toy","weights":"w.safetensors","input":{"size":[9,8]}}"#
        )
        try place(
            "large",
            card: #"{"task":"classify","architecture":"toy","weights":"w.safetensors","input":{"size":[9,300]}}"#)
        let input = try repository.model(named: ModelName("small")).input
        #expect(input.height == 9)
        #expect(input.width == 8)
        #expect(try reason("large")?.contains("expected at least 300") == true)
    }

    @Test("Labels come from labels.txt, from the file that the card names, or from the shipped list")
    func labels() throws {
        try place("default")
        try folder.write("a\nb\nc\n", to: "default/labels.txt")
        #expect(try repository.model(named: ModelName("default")).labels(classes: 3)?.names == ["a", "b", "c"])
        #expect(throws: RepositoryError.labels(.count(3, file: "labels.txt", classes: 4))) {
            try repository.model(named: ModelName("default")).labels(classes: 4)
        }
        try place(
            "named", card: #"{"task":"classify","architecture":"toy","weights":"w.safetensors","labels":"n.txt"}"#)
        #expect(try reason("named") == "model.json: 'labels' names n.txt, which isn't in the model's folder")
        try folder.write("x\n", to: "named/n.txt")
        #expect(try repository.model(named: ModelName("named")).labels(classes: 1)?.names == ["x"])
        try place(
            "shipped",
            card: #"{"task":"classify","architecture":"toy","weights":"w.safetensors","labels":"imagenet-1k"}"#)
        #expect(try repository.model(named: ModelName("shipped")).labels(classes: 1000)?.names[285] == "Egyptian cat")
    }

    @Test("Weights must be there, and links must stay inside the model's folder")
    func files() throws {
        let links = FileManager.default
        try folder.write(Self.card, to: "missing/model.json")
        #expect(try reason("missing") == "model.json: 'weights' names w.safetensors, which isn't in the model's folder")

        try folder.write(Self.card, to: "out/model.json")
        let secret = try folder.write("secret", to: "secret.txt")
        try links.createSymbolicLink(atPath: folder.path + "/out/w.safetensors", withDestinationPath: secret)
        #expect(
            try reason("out")
                == "model.json: 'weights' names w.safetensors, which is no regular file inside the model's folder")

        try folder.write(Self.card, to: "out2/model.json")
        try folder.write("x", to: "out2x/w")
        try links.createSymbolicLink(atPath: folder.path + "/out2/w.safetensors", withDestinationPath: "../out2x/w")
        #expect(try reason("out2")?.contains("no regular file inside") == true)

        try folder.write(Self.card, to: "in/model.json")
        try folder.write(Toy.safetensors(), to: "in/real.bin")
        try links.createSymbolicLink(atPath: folder.path + "/in/w.safetensors", withDestinationPath: "real.bin")
        #expect(try reason("in") == nil)

        try folder.write(Self.card, to: "folder/model.json")
        try folder.write("x", to: "folder/w.safetensors/x")
        #expect(try reason("folder")?.contains("no regular file inside") == true)
    }

    @Test("A card that never ends is refused, not read")
    func endlessCard() throws {
        try folder.write("x", to: "endless/x")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/endless/model.json", withDestinationPath: "/dev/zero")
        #expect(try reason("endless")?.hasPrefix("can't read") == true)
    }

    @Test("The weights must have the digest that the card states")
    func digest() throws {
        let right = try FileSystem.digest(of: folder.write(Toy.safetensors(), to: "w"))
        let wrong = String(repeating: "0", count: 64)
        for (name, digest) in [("right", right.description), ("wrong", wrong)] {
            let card = #"{"task":"classify","architecture":"toy","weights":"w.safetensors","sha256":"\#(digest)"}"#
            try place(name, card: card)
        }
        #expect(try repository.model(named: ModelName("right")).verifyDigest() == right)
        #expect(
            throws: RepositoryError.wrongDigest(file: "w.safetensors", expected: wrong, got: right.description)
        ) { try repository.model(named: ModelName("wrong")).verifyDigest() }
    }

    @Test("The digest is that of the standard's example")
    func digestOfABC() throws {
        let path = try folder.write("abc", to: "abc")
        #expect(
            try FileSystem.digest(of: path).description
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }
}
