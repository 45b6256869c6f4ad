import FoveaStore
import HTTPTypes
import Testing

@testable import FoveaServer

/// Keys on the routes themselves.
@Suite struct AccessTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(Array("user-key\n".utf8), to: "user")
        try folder.write(Array("admin-key\n".utf8), to: "admin")
    }

    private func daemon() throws -> TestDaemon {
        try TestDaemon(folder: folder) { [path = folder.path] in
            $0.apiKeyFile = path + "/user"
            $0.adminKeyFile = path + "/admin"
        }
    }

    @Test("The probes and the description are public, and nothing else")
    func publicRoutes() {
        let patterns = FoveaApplication.routeTypes.filter { $0.access == .public }.flatMap { $0.patterns }
        let probes: Set<String> = [
            "GET /healthz", "GET /readyz", "GET /v2/health/live", "GET /v2/health/ready",
            "GET /v2/models/{model}/ready", "GET /v2/models/{model}/versions/{version}/ready",
        ]
        #expect(Set(patterns) == probes.union(["GET /openapi.yaml"]))
        let management = FoveaApplication.routeTypes.filter { $0.access == .management }.flatMap { $0.patterns }
        #expect(
            Set(management) == [
                "POST /v2/repository/models/{model}/load", "POST /v2/repository/models/{model}/unload",
            ])
    }

    @Test("Every other route refuses from the head without a key, and with a wrong one")
    func refused() async throws {
        let daemon = try daemon()
        for pattern in FoveaApplication.routeTypes.filter({ $0.access != .public }).flatMap({ $0.patterns }) {
            let words = pattern.split(separator: " ").map(String.init)
            let method = try #require(HTTPRequest.Method(words[0]))
            let without = await daemon.send(method, words[1], body: [1])
            try without.requireError(401, "unauthorized")
            #expect(without.isRefusal)
            #expect(without.fields[.wwwAuthenticate] == "Bearer realm=\"fovea\"")
            let wrong = await daemon.send(method, words[1], fields: [.apiKey: "wrong"], body: [1])
            try wrong.requireError(401, "unauthorized")
            #expect(wrong.fields[.wwwAuthenticate] == "Bearer realm=\"fovea\", error=\"invalid_token\"")
        }
        #expect(try await daemon.rows.allSatisfy { $0.errorCode == "unauthorized" })
    }

    @Test("A key of either file lets in, in either field", arguments: ["user-key", "admin-key"])
    func letIn(key: String) async throws {
        let daemon = try daemon()
        for fields: HTTPFields in [[.apiKey: key], [.authorization: "bearer  " + key]] {
            #expect(await daemon.classify(fields: fields).status == 200)
            #expect(await daemon.send(.get, "/metrics", fields: fields).status == 200)
            #expect(await daemon.send(.head, "/models", fields: fields).status == 200)
        }
        #expect(await daemon.send(.get, "/healthz").status == 200)
        #expect(await daemon.send(.get, "/readyz").status == 200)
        #expect(await daemon.send(.get, "/openapi.yaml", fields: [.apiKey: "wrong"]).status == 200)
    }

    @Test("Management wants an admin's key; a user's is forbidden, from the head")
    func management() async throws {
        let daemon = try daemon()
        for action in ["unload", "load"] {
            let path = "/v2/repository/models/toy/\(action)"
            let user = await daemon.send(.post, path, fields: [.apiKey: "user-key"], body: Array("{}".utf8))
            try user.requireError(403, "forbidden")
            #expect(user.isRefusal)
            #expect(await daemon.send(.post, path, fields: [.apiKey: "admin-key"]).status == 200)
        }
    }

    @Test("A stranger learns of paths and methods what the description says, and nothing of models or images")
    func strangers() async throws {
        let daemon = try daemon()
        try await daemon.send(.get, "/nothing").requireError(404, "not_found")
        try await daemon.send(.get, "/classify").requireError(405, "method_not_allowed")
        #expect(await daemon.send(.options, "/models/toy").status == 204)
        let answers = [
            await daemon.send(.get, "/models/toy"), await daemon.send(.get, "/models/none"),
            await daemon.classify(Pictures.png, "?model=none"),
            await daemon.classify([], fields: [.contentEncoding: "x"]),
            await daemon.classify([UInt8](repeating: 0, count: 200_000)),
        ]
        #expect(Set(try answers.map { try $0.json["error"]?.string }).count == 1)
        for answer in answers { try answer.requireError(401, "unauthorized") }
    }

    @Test("Answers, the log and the metrics hold no key")
    func secrecy() async throws {
        let daemon = try daemon()
        var texts: [String] = []
        for key in ["user-key", "wrong-key"] {
            for fields: HTTPFields in [[.apiKey: key], [.authorization: "Bearer " + key, .apiKey: "other-key"]] {
                for target in ["/metrics", "/requests", "/nothing"] {
                    let answer = await daemon.send(.get, target, fields: fields)
                    texts.append("\(answer.text) \(answer.fields)")
                }
            }
        }
        texts.append("\(try await daemon.rows)")
        #expect(texts.filter { $0.contains("-key") } == [])
    }
}
