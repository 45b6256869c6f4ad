import FoveaJSON
import HTTPTypes
import Logging
import Testing

@testable import FoveaHTTP
@testable import FoveaServer

@Suite struct ReadinessTests {
    @Test("While a model loads the daemon is alive and not ready; then it is both")
    func loading() async throws {
        let daemon = try TestDaemon(isLoaded: false)
        let json = try await daemon.send(.get, "/readyz").requireError(503, "model_not_ready")
        #expect(json["error"]?.string == "the model \"toy\" is still loading")
        #expect(await daemon.send(.get, "/healthz").status == 200)
        daemon.load()
        let ready = await daemon.send(.get, "/readyz")
        #expect(ready.status == 200)
        #expect(try ready.json == ["status": "ready"])
    }

    @Test(
        "A broken model beside a good one is named with its reason, and the good one answers", arguments: [true, false])
    func broken(hasCard: Bool) async throws {
        let daemon = try TestDaemon([hasCard ? .broken("bad") : .unreadable("bad"), ModelFolder("good")])
        let reason = try #require(daemon.reason(of: "bad"))
        let json = try await daemon.send(.get, "/readyz").requireError(503, "model_not_ready")
        #expect(json["error"]?.string == "the model \"bad\" does not serve: \(reason)")
        #expect(await daemon.classify(Pictures.png, "?model=good").status == 200)
    }

    @Test("A network that gives no finite numbers never serves")
    func notFinite() async throws {
        let daemon = try TestDaemon([ModelFolder("nan", scores: [1, .nan, 2])])
        let json = try await daemon.send(.get, "/readyz").requireError(503, "model_not_ready")
        #expect(json["error"]?.string?.contains("not finite") == true)
        try await daemon.classify().requireError(503, "model_not_ready")
    }

    @Test("Without any model it is not ready")
    func empty() async throws {
        try await TestDaemon([]).send(.get, "/readyz").requireError(503, "model_not_ready")
    }

    @Test("A daemon that shuts down is not ready, and alive")
    func draining() async throws {
        let daemon = try TestDaemon()
        let server = HTTPServer(
            configuration: HTTPServerConfiguration(), application: daemon.application, logger: daemon.context.logger)
        daemon.context.server.attach(server)
        #expect(await daemon.send(.get, "/readyz").status == 200)
        server.shutdown()
        try await daemon.send(.get, "/readyz").requireError(503, "draining")
        #expect(await daemon.send(.get, "/healthz").status == 200)
    }
}
