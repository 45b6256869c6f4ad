import FoveaJSON
import HTTPTypes
import Testing

@testable import FoveaServer

@Suite struct ModelChoiceTests {
    private func model(_ answer: Answer) throws -> String? {
        let model = try answer.json["model"]
        return model.flatMap { model in model["name"]?.string.map { $0 + ":" + (model["version"]?.string ?? "") } }
    }

    @Test("A request names the model that answers, with its version or without")
    func named() async throws {
        let daemon = try TestDaemon([ModelFolder("a/1"), ModelFolder("a/2"), ModelFolder("b")])
        #expect(try model(await daemon.classify(Pictures.png, "?model=b")) == "b:1")
        #expect(try model(await daemon.classify(Pictures.png, "?model=a")) == "a:2")
        #expect(try model(await daemon.classify(Pictures.png, "?model=a:1")) == "a:1")
        #expect(try model(await daemon.classify(Pictures.png, "?model=a%3A2")) == "a:2")
        let form = Form(images: [Pictures.png], options: ["model": "a:1"])
        #expect(try model(await daemon.send(.post, "/classify", fields: Form.type, body: form.body)) == "a:1")
        let json = "{\"image\": \(Pictures.base64(Pictures.png)), \"model\": \"b\"}"
        #expect(try model(await daemon.classify(json: json)) == "b:1")
    }

    @Test(
        "A model or version that is not there is not found, from the head",
        arguments: ["c", "a:3", "a:", ":1", "a:01", "a:1:1", "../a", "%0A"])
    func unknown(reference: String) async throws {
        let answer = try await TestDaemon([ModelFolder("a/1")]).classify(Pictures.png, "?model=\(reference)")
        try answer.requireError(404, "model_not_found")
        #expect(answer.isRefusal)
    }

    @Test("A model of another task is refused")
    func wrongTask() async throws {
        let daemon = try TestDaemon([ModelFolder("a"), .detector("d")])
        try await daemon.classify(Pictures.png, "?model=d").requireError(400, "invalid_parameter")
    }

    @Test("A model that failed is not ready, and says why", arguments: [true, false])
    func failed(hasCard: Bool) async throws {
        let bad = hasCard ? ModelFolder.broken("bad") : .unreadable("bad")
        let daemon = try TestDaemon([bad, ModelFolder("good")])
        let reason = try #require(daemon.reason(of: "bad"))
        let json = try await daemon.classify(Pictures.png, "?model=bad").requireError(503, "model_not_ready")
        #expect(json["error"]?.string == "the model \"bad\" does not serve: \(reason)")
        #expect(try model(await daemon.classify(Pictures.png, "?model=good")) == "good:1")
    }

    @Test("A model that still loads is not ready")
    func loading() async throws {
        let daemon = try TestDaemon(isLoaded: false)
        try await daemon.classify().requireError(503, "model_not_ready")
        daemon.load()
        #expect(await daemon.classify().status == 200)
    }

    @Test("The highest version that is good serves, whether its card or its weights are bad", arguments: [true, false])
    func highestGood(hasCard: Bool) async throws {
        let bad = hasCard ? ModelFolder.broken("a/3") : .unreadable("a/3")
        let daemon = try TestDaemon([ModelFolder("a/1"), ModelFolder("a/2"), bad])
        #expect(try model(await daemon.classify()) == "a:2")
        #expect(try model(await daemon.classify(Pictures.png, "?model=a")) == "a:2")
        try await daemon.classify(Pictures.png, "?model=a:3").requireError(503, "model_not_ready")
        #expect(await daemon.send(.get, "/readyz").status == 200)
        let versions = try await daemon.send(.get, "/models/a").json["versions"]?.array ?? []
        #expect(versions.map { $0["state"]?.string } == ["failed", "ready", "ready"])
        #expect(versions.map { $0["default"] } == [.bool(false), .bool(true), .bool(false)])
    }

    @Test("The default is the one in the settings, else the first by name")
    func standard() async throws {
        let models = [ModelFolder("b"), ModelFolder("c"), ModelFolder("a")]
        #expect(try model(await TestDaemon(models).classify()) == "a:1")
        #expect(try model(await TestDaemon(models) { $0.defaultClassifier = "b" }.classify()) == "b:1")
        let shipped = models + [ModelFolder("efficientnet-lite0")]
        #expect(try model(await TestDaemon(shipped).classify()) == "efficientnet-lite0:1")
    }

    @Test("A model named in the body answers although the default is broken")
    func brokenDefault() async throws {
        let daemon = try TestDaemon([.broken("a"), ModelFolder("b")]) { $0.defaultClassifier = "a" }
        try await daemon.classify().requireError(503, "model_not_ready")
        let form = Form(images: [Pictures.png], options: ["model": "b"])
        #expect(try model(await daemon.send(.post, "/classify", fields: Form.type, body: form.body)) == "b:1")
        let json = "{\"image\": \(Pictures.base64(Pictures.png)), \"model\": \"b\"}"
        #expect(try model(await daemon.classify(json: json)) == "b:1")
    }

    @Test("Without any model, /classify says how to get one")
    func none() async throws {
        let json = try await TestDaemon([]).classify().requireError(503, "model_not_ready")
        #expect(json["error"]?.string?.contains("fovea models pull") == true)
    }

    @Test("A model that is not there has no page")
    func noPage() async throws {
        try await TestDaemon().send(.get, "/models/none").requireError(404, "model_not_found")
    }
}
