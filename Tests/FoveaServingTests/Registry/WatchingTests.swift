import Foundation
import FoveaModels
import Testing

@testable import FoveaServing

@Suite struct WatchingTests {
    @Test("A folder that is added serves once its files have settled, and never makes the daemon unready")
    func added() async throws {
        let test = try TestRegistry { try $0.place("cat") }
        try test.folder.place("dog")
        test.registry.watch()
        #expect(test.state("dog") == nil)
        test.registry.watch()
        #expect(test.state("dog") == .ready)
        try test.folder.write("cut", to: "hen/w.safetensors")
        try test.folder.write(
            #"{"task":"classify","architecture":"moody","weights":"w.safetensors"}"#, to: "hen/model.json")
        test.watch()
        #expect(test.state("hen") == .failed)
        #expect(test.registry.readiness == .ready)
        try test.folder.place("hen")
        test.watch()
        #expect(test.state("hen") == .ready)
    }

    @Test("A new version takes over when it has answered its warm-up; a broken one does not")
    func newVersion() async throws {
        let test = try TestRegistry { folder in
            try folder.place("cat/1")
            try folder.write(#"{"policy": "latest"}"#, to: "cat/versions.json")
        }
        try test.folder.write("{", to: "cat/2/model.json")
        test.watch()
        #expect(try await test.version("cat") == "1")
        try test.folder.place("cat/3")
        test.watch()
        #expect(try await test.version("cat") == "3")
        #expect(["cat:1", "cat:2", "cat:3"].map(test.state) == [.unloaded, .failed, .ready])
        try FileManager.default.removeItem(atPath: test.folder.path + "/cat/3")
        test.watch()
        #expect(try await test.version("cat") == "1")
        #expect(test.state("cat:3") == nil)
    }

    @Test("A version whose folder is replaced by another's answers until that one does")
    func replaced() async throws {
        let test = try TestRegistry { try $0.place("cat/1") }
        try FileManager.default.removeItem(atPath: test.folder.path + "/cat/1")
        try test.folder.write("{", to: "cat/2/model.json")
        test.watch()
        #expect(try await test.version("cat") == "1")
        try test.folder.place("cat/3")
        test.registry.refresh("cat")
        #expect(try await test.version("cat") == "1")
        test.registry.settle("cat", mayEvict: true)
        #expect(try await test.version("cat") == "3")
        #expect(["cat:1", "cat:2", "cat:3"].map(test.state) == [nil, .failed, .ready])
    }

    @Test("Changed weights are loaded anew; those that are broken leave the old ones serving")
    func changed() async throws {
        let test = try TestRegistry { try $0.place("cat", scores: [1, 0]) }
        try test.folder.place("cat", scores: [0, 0, 1])
        test.watch()
        #expect(try await test.best("cat") == 2)
        try test.folder.write("cut", to: "cat/w.safetensors")
        test.watch()
        #expect(try await test.best("cat") == 2)
        #expect(test.reason("cat") != nil)
    }

    @Test("A folder that is removed answers nothing new, and one that was unloaded stays so though others change")
    func removed() async throws {
        let test = try TestRegistry { folder in
            for name in ["cat", "dog", "hen"] { try folder.place(name) }
        }
        try await test.registry.unload("dog")
        try FileManager.default.removeItem(atPath: test.folder.path + "/cat")
        test.watch()
        #expect(test.state("cat") == nil)
        #expect(test.state("dog") == .unloaded)
        #expect(test.state("hen") == .ready)
        await #expect(throws: ServingError.modelNotFound(name: "cat")) { try await test.version("cat") }
    }

    @Test("Nothing is loaded anew where nothing has changed")
    func unchanged() async throws {
        let test = try TestRegistry { try $0.place("cat") }
        let before = try await test.registry.model(named: "cat", for: .classify)
        test.watch()
        try test.folder.place("dog")
        test.watch()
        #expect(try await test.registry.model(named: "cat", for: .classify) === before)
    }
}
