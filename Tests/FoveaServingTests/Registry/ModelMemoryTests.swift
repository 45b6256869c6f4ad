import FoveaModels
import Testing

@testable import FoveaServing

@Suite struct ModelMemoryTests {
    /// Weights and labels of about 2 MB each, and room for two of them; the files have 400 kB.
    private static let scores = [Float](repeating: 1, count: 100_000)
    private static let settings = RegistrySettings(memoryBytes: 5_000_000)

    private func registry(_ cards: [String: String] = [:]) throws -> TestRegistry {
        try TestRegistry(Self.settings) { folder in
            for name in ["ant", "bee", "cat", "dog", "emu"] {
                try folder.place(name, scores: Self.scores, card: cards[name] ?? "")
            }
        }
    }

    private func loaded(_ test: TestRegistry) -> [String] {
        test.registry.summaries.filter { $0.state == .ready }.map(\.name)
    }

    @Test(
        "What doesn't fit is left for later and counts as ready; asked for, it is loaded in place of the least recently used"
    )
    func leastRecentlyUsed() async throws {
        let test = try registry()
        let first = loaded(test)
        #expect((1..<5).contains(first.count))
        #expect(test.registry.readiness == .ready)
        #expect(test.registry.summaries.reduce(0) { $0 + $1.bytes } <= Self.settings.memoryBytes)
        #expect(test.reason("emu") == "it made room for others and is loaded again when it is asked for")
        for name in first.reversed() { _ = try await test.version(name) }
        #expect(try await test.version("emu") == "1")
        let last = try #require(first.last)
        #expect(!loaded(test).contains(last))
        #expect(loaded(test).contains("emu"))
        #expect(test.registry.summaries.reduce(0) { $0 + $1.bytes } <= Self.settings.memoryBytes)
        #expect(try await test.version(last) == "1")
    }

    @Test("Pinned models stay, and who finds no room besides them is told so")
    func pinned() async throws {
        let pinned = #", "pinned": true"#
        let test = try registry(["ant": pinned, "bee": pinned, "cat": pinned, "dog": pinned, "emu": pinned])
        let first = loaded(test)
        do {
            _ = try await test.version("emu")
            Issue.record("it found room")
        } catch ServingError.noMemory(let name, _, let limit) {
            #expect(name == "emu")
            #expect(limit == Self.settings.memoryBytes)
        }
        #expect(loaded(test) == first)
    }

    @Test("A model that answers somebody is never the one that goes")
    func inUse() async throws {
        let test = try registry()
        let first = loaded(test)
        var held: [LoadedModel] = []
        for name in first { held.append(try await test.registry.model(named: name, for: .classify)) }
        await #expect(throws: ServingError.self) { try await test.version("emu") }
        #expect(loaded(test) == first)
        held = []
        #expect(held.isEmpty)
        #expect(try await test.version("emu") == "1")
    }

    @Test("Many who ask for a model that must be loaded first get the same one")
    func together() async throws {
        let test = try registry()
        let models = try await withThrowingTaskGroup(of: ObjectIdentifier.self) { group in
            for _ in 0..<20 {
                group.addTask { ObjectIdentifier(try await test.registry.model(named: "emu", for: .classify)) }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(models.count == 1)
    }
}
