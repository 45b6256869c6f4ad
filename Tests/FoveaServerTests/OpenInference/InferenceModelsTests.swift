import FoveaJSON
import HTTPTypes
import Testing

@testable import FoveaServer

@Suite struct InferenceModelsTests {
    @Test("The server says its name and extensions, that it is alive, and whether it is ready")
    func server() async throws {
        let daemon = try TestDaemon(isLoaded: false)
        for path in ["/v2", "/v2/"] {
            let json = try await daemon.send(.get, path).json
            #expect(json.shape == "{name:string,version:string,extensions:[string]}")
            #expect(json["extensions"]?.array.contains("binary_tensor_data") == true)
        }
        #expect(try await daemon.send(.get, "/v2/health/live").json == ["live": true])
        try await daemon.send(.get, "/v2/health/ready").requireError(503, "model_not_ready")
        try await daemon.send(.get, "/v2/models/toy/ready").requireError(503, "model_not_ready")
        daemon.load()
        #expect(try await daemon.send(.get, "/v2/health/ready").json["ready"] == true)
        #expect(try await daemon.send(.get, "/v2/models/toy/ready").json == ["name": "toy", "ready": true])
    }

    @Test("Models are listed, and described with the versions and labels that they have")
    func metadata() async throws {
        let daemon = try TestDaemon([ModelFolder("a/1"), ModelFolder("a/2", scores: [1, 2]), ModelFolder("b")])
        #expect(try await daemon.send(.get, "/v2/models").json == ["models": ["a", "b"]])
        let newest = try await daemon.send(.get, "/v2/models/a").json
        #expect(newest["name"]?.string == "a")
        #expect(newest["versions"] == ["2", "1"])
        #expect(newest["inputs"]?[1]?["shape"]?.array.map(\.number) == [-1, 3, 8, 8])
        #expect(newest["outputs"]?[0]?["shape"]?.array.map(\.number) == [-1, 2])
        #expect(newest["properties"]?["labels"] == ["cat", "dog"])
        let first = try await daemon.send(.get, "/v2/models/a/versions/1").json
        #expect(first["versions"] == ["1"])
        #expect(first["outputs"]?[0]?["shape"]?.array.map(\.number) == [-1, 3])
        let configuration = try await daemon.send(.get, "/v2/models/a/versions/1/config").json
        #expect(configuration["max_batch_size"]?.number == 16)
        #expect(configuration["output"]?[0]?["dims"]?.array.map(\.number) == [3])
        for path in [
            "/v2/models/c", "/v2/models/a/versions/3", "/v2/models/a:1", "/v2/models/c/config", "/v2/models/c/ready",
        ] {
            try await daemon.send(.get, path).requireError(404, "model_not_found")
        }
    }

    @Test("A model that can't be read says so; one that is not loaded is described all the same")
    func notServing() async throws {
        let daemon = try TestDaemon([.unreadable("u"), .broken("b")])
        try await daemon.send(.get, "/v2/models/u").requireError(503, "model_not_ready")
        let json = try await daemon.send(.get, "/v2/models/b").json
        #expect(json["outputs"]?[0]?["shape"]?.array.map(\.number) == [-1, -1])
        try await daemon.send(.get, "/v2/models/b/ready").requireError(503, "model_not_ready")
    }

    @Test("Statistics count what a model has answered")
    func statistics() async throws {
        let daemon = try TestDaemon([ModelFolder("a"), ModelFolder("b")])
        _ = await daemon.classify(Pictures.png, "?model=a")
        _ = await daemon.classify(Pictures.broken, "?model=a")
        let one = try await daemon.send(.get, "/v2/models/a/stats").json["model_stats"]
        #expect(one?.array.count == 1)
        #expect(one?[0]?["inference_count"]?.number == 1)
        #expect(one?[0]?["inference_stats"]?["success"]?["count"]?.number == 1)
        #expect(one?[0]?["inference_stats"]?["fail"]?["count"]?.number == 1)
        #expect((one?[0]?["inference_stats"]?["compute_infer"]?["ns"]?.number ?? 0) > 0)
        let all = try await daemon.send(.get, "/v2/models/stats").json["model_stats"]
        #expect(all?.array.map { $0["name"]?.string } == ["a", "b"])
        let version = try await daemon.send(.get, "/v2/models/b/versions/1/stats").json["model_stats"]
        #expect(version?[0]?["inference_count"]?.number == 0)
        try await daemon.send(.get, "/v2/models/c/stats").requireError(404, "model_not_found")
    }

    @Test("The repository lists its models; one that is unloaded answers nothing until it is loaded again")
    func repository() async throws {
        let daemon = try TestDaemon([ModelFolder("a"), .broken("b")])
        func index(_ body: String = "") async throws -> [[String?]] {
            try await daemon.send(.post, "/v2/repository/index", body: Array(body.utf8)).json.array
                .map { [$0["name"]?.string, $0["version"]?.string, $0["state"]?.string] }
        }
        #expect(try await index() == [["a", "1", "READY"], ["b", "1", "UNAVAILABLE"]])
        #expect(try await index(#"{"ready":true}"#) == [["a", "1", "READY"]])
        let unload = await daemon.send(.post, "/v2/repository/models/a/unload")
        #expect(try unload.json == ["name": "a", "unload": true])
        #expect(try await index().first == ["a", "1", "UNAVAILABLE"])
        try await daemon.send(.get, "/v2/models/a/ready").requireError(503, "model_not_ready")
        try await daemon.classify(Pictures.png, "?model=a").requireError(503, "model_not_ready")
        let load = await daemon.send(.post, "/v2/repository/models/a/load", body: Array("{}".utf8))
        #expect(try load.json == ["name": "a", "load": true])
        #expect(try await index().first == ["a", "1", "READY"])
        #expect(await daemon.classify(Pictures.png, "?model=a").status == 200)
        try await daemon.send(.post, "/v2/repository/models/b/load").requireError(503, "model_not_ready")
        for name in ["c", "..", "a:1"] {
            try await daemon.send(.post, "/v2/repository/models/\(name)/load").requireError(404, "model_not_found")
            try await daemon.send(.post, "/v2/repository/models/\(name)/unload").requireError(404, "model_not_found")
        }
        let config = #"{"parameters":{"config":"{}"}}"#
        try await daemon.send(.post, "/v2/repository/models/a/load", body: Array(config.utf8))
            .requireError(400, "invalid_parameter")
    }
}
