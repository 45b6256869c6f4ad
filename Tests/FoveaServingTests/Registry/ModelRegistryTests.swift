import Foundation
import FoveaModels
import FoveaTensor
import Synchronization
import Testing

@testable import FoveaServing

@Suite struct ModelRegistryTests {
    @Test("Of several versions the highest good one answers for the name, the others by number")
    func versions() async throws {
        let test = try TestRegistry { folder in
            try folder.place("cat/1")
            try folder.place("cat/2")
            try folder.write("{", to: "cat/3/model.json")
        }
        #expect(try await test.version("cat") == "2")
        #expect(try await test.version("cat:1") == "1")
        #expect(["cat:1", "cat:2", "cat:3"].map(test.state) == [.ready, .ready, .failed])
        await #expect(throws: ServingError.modelNotFound(name: "cat:4")) { try await test.version("cat:4") }
    }

    @Test(
        "versions.json says which versions are loaded",
        arguments: [
            (#""all""#, ["1", "2", "3"]), (#""latest""#, ["3"]), (#"{"latest": 2}"#, ["2", "3"]),
            ("[1, 3]", ["1", "3"]),
        ])
    func policy(policy: String, loaded: [String]) async throws {
        let test = try TestRegistry { folder in
            for version in 1...3 { try folder.place("cat/\(version)") }
            try folder.write(#"{"policy": \#(policy)}"#, to: "cat/versions.json")
        }
        let ready = test.registry.summaries.filter { $0.state == .ready }.map(\.version)
        #expect(Set(ready) == Set(loaded))
        #expect(try await test.version("cat") == "3")
        #expect(test.registry.readiness == .ready)
    }

    @Test("When the latest version is broken, the one before it is the latest")
    func latestGood() async throws {
        let test = try TestRegistry { folder in
            for version in 1...3 { try folder.place("cat/\(version)") }
            try folder.write("cut", to: "cat/3/w.safetensors")
            try folder.write(#"{"policy": "latest"}"#, to: "cat/versions.json")
        }
        #expect(try await test.version("cat") == "2")
        #expect(["cat:1", "cat:2", "cat:3"].map(test.state) == [.unloaded, .ready, .failed])
        #expect(test.reason("cat:1") == "versions.json lets the latest 1 serve")
    }

    @Test("A model that is loaded again answers with its new weights; who holds the old one goes on with it")
    func reload() async throws {
        let test = try TestRegistry { try $0.place("cat", scores: [1, 0]) }
        let old = try await test.registry.model(named: "cat", for: .classify)
        try test.folder.place("cat", scores: [0, 1])
        try await test.registry.load("cat")
        #expect(try await test.best("cat") == 1)
        #expect(try await old.logits(of: .init(repeating: 0, shape: [1, 8, 8, 3])).output.top(1).first?.index == 0)
    }

    @Test("What can't be loaded again goes on as it was, and says why")
    func failedReload() async throws {
        let test = try TestRegistry { try $0.place("cat", scores: [1, 0]) }
        try test.folder.write("cut", to: "cat/w.safetensors")
        await #expect(throws: ServingError.self) { try await test.registry.load("cat") }
        #expect(try await test.best("cat") == 0)
        #expect(test.state("cat") == .ready)
        #expect(test.reason("cat") != nil)
        #expect(test.registry.readiness == .ready)
        try test.folder.place("cat", scores: [0, 1])
        try await test.registry.load("cat")
        #expect(try await test.best("cat") == 1)
        #expect(test.reason("cat") == nil)
    }

    @Test("An unloaded model answers nothing new, finishes what it has begun, and comes back when it is loaded")
    func unload() async throws {
        let test = try TestRegistry { folder in
            try folder.place("cat")
            try folder.place("dog")
        }
        var held: LoadedModel? = try await test.registry.model(named: "cat", for: .classify)
        try await test.registry.unload("cat")
        #expect(test.state("cat") == .unloading)
        held = nil
        #expect(held == nil)
        #expect(test.state("cat") == .unloaded)
        await #expect(
            throws: ServingError.modelNotReady(
                name: "cat", reason: "it was unloaded; load it with POST /v2/repository/models/cat/load")
        ) { try await test.version("cat") }
        #expect(test.registry.readiness == .ready)
        try await test.registry.unload("dog")
        #expect(test.registry.readiness == .notReady(reason: "no model is loaded"))
        try await test.registry.load("cat")
        #expect(try await test.version("cat") == "1")
        await #expect(throws: ServingError.modelNotFound(name: "hen")) { try await test.registry.unload("hen") }
        await #expect(throws: ServingError.modelNotFound(name: "hen")) { try await test.registry.load("hen") }
    }

    @Test("A self-test that fails keeps a model from serving, with both answers in the reason")
    func selfTest() async throws {
        let image = try Data(contentsOf: Fixtures.images.appending(path: "rgb-8.png"))
        let test = try TestRegistry { folder in
            for (name, promise) in [
                ("good", #""label": "1", "score": 0.58"#), ("wrong", #""label": "2""#),
                ("off", #""label": "1", "score": 0.7, "tolerance": 0.1"#), ("unknown", #""label": "tabby""#),
            ] {
                try folder.place(name, card: #", "self_test": [{"image": "cat.png", \#(promise)}]"#)
                try folder.write([UInt8](image), to: name + "/cat.png")
            }
        }
        #expect(["good", "wrong", "off", "unknown"].map(test.state) == [.ready, .failed, .failed, .failed])
        #expect(test.reason("wrong")?.contains("self-test with cat.png answers \"1\" in place of \"2\"") == true)
        #expect(test.reason("off")?.contains("a score of 0.57") == true)
        #expect(test.reason("unknown")?.contains("\"tabby\"") == true)
    }

    @Test("A model that fails its self-test later answers no more, until its files pass it again")
    func blind() async throws {
        let image = try Data(contentsOf: Fixtures.images.appending(path: "rgb-8.png"))
        let test = try TestRegistry { folder in
            try folder.place(
                "cat", scores: [0.5, 0, 2], card: #", "self_test": [{"image": "cat.png", "label": "2"}]"#)
            try folder.write([UInt8](image), to: "cat/cat.png")
        }
        test.registry.testAll()
        #expect(test.state("cat") == .ready)
        Moody.isBlind.withLock { $0 = true }
        test.registry.testAll()
        #expect(test.state("cat") == .failed)
        #expect(test.registry.readiness != .ready)
        Moody.isBlind.withLock { $0 = false }
        try await test.registry.load("cat")
        #expect(test.registry.readiness == .ready)
    }
}

enum Fixtures {
    static let images = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures/images")
}
