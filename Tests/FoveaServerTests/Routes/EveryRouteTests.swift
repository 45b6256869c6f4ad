import FoveaHTTP
import FoveaStore
import HTTPTypes
import Testing

@testable import FoveaServer

/// What holds on all routes alike.
@Suite struct EveryRouteTests {
    @Test("Every route answers, with the type that its description names")
    func types() async throws {
        let daemon = try TestDaemon()
        let id = Pictures.id(Pictures.png)
        let logged = await daemon.send(.put, "/images", fields: [.requestID: "first"], body: Pictures.png)
        #expect(logged.status == 201)
        for (method, target, status, type) in [
            (HTTPRequest.Method.get, "/healthz", 200, "application/json"),
            (.get, "/readyz", 200, "application/json"),
            (.get, "/models", 200, "application/json"),
            (.get, "/models/toy", 200, "application/json"),
            (.get, "/requests", 200, "application/json"),
            (.get, "/requests/first", 200, "application/json"),
            (.get, "/stats", 200, "application/json"),
            (.get, "/metrics", 200, "text/plain; version=0.0.4; charset=utf-8"),
            (.get, "/openapi.yaml", 200, "application/yaml; charset=utf-8"),
            (.get, "/images/\(id)", 200, "image/png"),
            (.post, "/images/\(id)/classify", 200, "application/json"),
            (.delete, "/images/\(id)", 204, nil),
        ] {
            let answer = await daemon.send(method, target)
            #expect(answer.status == status, "\(target)")
            #expect(answer.fields[.contentType] == type, "\(target)")
            #expect(answer.fields[.requestID]?.count == 16, "\(target)")
        }
    }

    @Test("The probes, the models and the description have the members that openapi.yaml gives them")
    func members() async throws {
        let daemon = try TestDaemon()
        #expect(try await daemon.send(.get, "/healthz").json.shape == "{status:string}")
        #expect(try await daemon.send(.get, "/readyz").json.shape == "{status:string}")
        let model =
            "{name:string,version:string,task:string,architecture:string,state:string,reason:null,default:bool,"
            + "classes:number,bytes:number,input:{size:[number],resize:{stretch:bool,filter:string},mean:[number],"
            + "std:[number]},license:null,source:null}"
        #expect(try await daemon.send(.get, "/models").json.shape == "{models:[\(model)],request_id:string}")
        #expect(
            try await daemon.send(.get, "/models/toy").json.shape
                == "{name:string,versions:[\(model)],request_id:string}")
        #expect(await daemon.send(.get, "/openapi.yaml").text.hasPrefix("openapi: 3.1.0\n"))
    }

    @Test("HEAD is answered like GET, and its content is the connection's to leave out")
    func head() async throws {
        let daemon = try TestDaemon()
        for target in ["/healthz", "/models", "/metrics"] {
            let (head, get) = (await daemon.send(.head, target), await daemon.send(.get, target))
            #expect(head.status == 200)
            #expect(head.fields[.contentType] == get.fields[.contentType])
        }
        #expect(await daemon.send(.head, "/models/none").status == 404)
    }

    @Test("OPTIONS lists the methods of a path, and of the server as a whole")
    func options() async throws {
        let daemon = try TestDaemon()
        let one = await daemon.send(.options, "/images/x")
        #expect(one.status == 204)
        #expect(one.fields[.allow] == "GET, HEAD, DELETE, OPTIONS")
        #expect(one.body.isEmpty)
        let all = await daemon.send(.options, "*")
        #expect(all.status == 204)
        #expect(all.fields[.allow] == "GET, HEAD, POST, PUT, DELETE, OPTIONS")
    }

    @Test("An unknown path, a method that a path lacks, and a method that nobody has are told apart")
    func unknown() async throws {
        let daemon = try TestDaemon()
        for target in ["/", "/nothing", "/classify/", "/images/a/b", "/models/a/b", "/images/%zz"] {
            try await daemon.send(.get, target).requireError(404, "not_found")
        }
        let wrong = await daemon.send(.get, "/classify")
        try wrong.requireError(405, "method_not_allowed")
        #expect(wrong.fields[.allow] == "POST, PUT, OPTIONS")
        let unheard = try #require(HTTPRequest.Method("BREW"))
        try await daemon.send(unheard, "/classify").requireError(501, "not_implemented")
    }

    @Test("A body with a content coding is refused from the head", arguments: ["/classify", "/images"])
    func coding(path: String) async throws {
        let method = path == "/images" ? HTTPRequest.Method.put : .post
        let answer = try await TestDaemon().send(method, path, fields: [.contentEncoding: "gzip"], body: [1])
        try answer.requireError(415, "unsupported_media_type")
        #expect(answer.isRefusal)
        #expect(answer.fields[.acceptEncoding] == "identity")
        let plain = try await TestDaemon().send(
            method, path, fields: [.contentEncoding: "Identity"], body: Pictures.png)
        #expect([200, 201].contains(plain.status))
    }

    @Test("A body over the limit is refused from the head, with both numbers")
    func longBody() async throws {
        let daemon = try TestDaemon { $0.maxBodyBytes = 70_000 }
        for (method, target, limit) in [
            (HTTPRequest.Method.post, "/classify", 70_000), (.put, "/images", 70_000), (.get, "/healthz", 65_536),
        ] {
            let answer = await daemon.send(method, target, body: [UInt8](repeating: 0, count: limit + 1))
            let json = try answer.requireError(413, "body_too_large")
            #expect(answer.isRefusal)
            #expect(json["limit"]?.number == Double(limit))
            #expect(json["got"]?.number == Double(limit + 1))
        }
    }

    @Test("A sane request id is kept and any other replaced, on answers and on errors")
    func requestID() async throws {
        let daemon = try TestDaemon()
        for target in ["/healthz", "/nothing", "/classify", "/models/none"] {
            let kept = await daemon.send(.get, target, fields: [.requestID: "my-Id-7"])
            #expect(kept.fields[.requestID] == "my-Id-7")
            let replaced = await daemon.send(.get, target, fields: [.requestID: "my id"])
            #expect(replaced.fields[.requestID]?.count == 16)
            if kept.status >= 400 { #expect(try kept.json["request_id"]?.string == "my-Id-7") }
        }
    }

    @Test("What HTTP refuses has the same shape, its own status and fields, and the route if the head named one")
    func protocolFailure() async throws {
        let daemon = try TestDaemon()
        let failure = ProtocolFailure(
            status: .tooManyRequests, code: "rate_limited", message: "too many", limit: 4, fields: [.retryAfter: "9"])
        let refused = daemon.application.respond(to: failure, head: nil)
        let json = try await Answer(refused, isRefusal: false).requireError(429, "rate_limited")
        #expect(json["limit"]?.number == 4)
        #expect(refused.fields[.retryAfter] == "9")
        refused.onSent?(.sent(bytes: 1))

        let head = RequestHead(method: .post, path: "/classify", fields: [.requestID: "long"])
        let late = ProtocolFailure(status: .contentTooLarge, code: "body_too_large", message: "long", limit: 4)
        let cut = daemon.application.respond(to: late, head: head)
        try await Answer(cut, isRefusal: false).requireError(413, "body_too_large")
        #expect(cut.fields[.requestID] == "long")
        cut.onSent?(.sent(bytes: 1))
        #expect(try await daemon.rows.map(\.route) == ["none", "/classify"])
    }
}
