@testable import FoveaHTTP
import Glibc
import HTTPTypes
import Logging
import Synchronization
import Testing

private let getRequest = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"

@Suite struct HTTPServerTests {
    private func get(_ client: RawClient) throws -> Int? {
        try client.send(getRequest)
        return try client.receiveResponse()?.status
    }

    // MARK: Addresses

    @Test("A taken port is reported with the address and what to do")
    func takenPort() throws {
        let server = try TestServer()
        let configuration = HTTPServerConfiguration(port: server.port)
        let second = HTTPServer(
            configuration: configuration, application: TestApplication(), logger: Logger(label: "test"))
        let error = #expect(throws: SocketError.self) { try second.start() }
        #expect(error == .failed(call: "bind", address: "127.0.0.1 port \(server.port)", errno: EADDRINUSE))
        #expect(error.map { "\($0)" }?.contains("another program has that port") == true)
    }

    @Test("A host that is none is reported")
    func unknownHost() {
        #expect(throws: SocketError.self) { try TestServer(host: "not a host") }
    }

    @Test("IPv6 is served, and the client's address is shown", .enabled(if: hasIPv6))
    func ipv6() async throws {
        let server = try TestServer(
            ClosureApplication { request in
                Response(status: .ok, body: .bytes(Array(request.head.remoteAddress.utf8)))
            }, host: "[::1]")
        let body = try await server.connect(ipv6: true) { client in
            try client.send(getRequest)
            return try client.receiveResponse()?.body
        }
        #expect(body == Array("::1".utf8))
    }

    @Test("All addresses are IPv4's too, and a mapped address is shown as IPv4", .enabled(if: hasIPv6))
    func dualStack() async throws {
        let server = try TestServer(
            ClosureApplication { request in
                Response(status: .ok, body: .bytes(Array(request.head.remoteAddress.utf8)))
            }, host: "::")
        let body = try await server.connect { client in
            try client.send(getRequest)
            return try client.receiveResponse()?.body
        }
        #expect(body == Array("127.0.0.1".utf8))
    }

    private static let hasIPv6 = (try? Socket.listen(host: "::1", port: 0)).map { $0.socket.close() } != nil

    // MARK: Limits of connections

    @Test("One connection too many is answered 503 with Retry-After, and a place that gets free is taken")
    func connectionLimit() async throws {
        let server = try TestServer(limits: { $0.connections = 2 })
        let port = server.port
        let answers = try await onThread { [self] in
            var clients = try (0..<2).map { _ in try RawClient(port: port) }
            #expect(try clients.map(get) == [200, 200])
            let refused = try RawClient(port: port).receiveResponse()
            #expect(refused?.values("retry-after") == ["1"])
            // The end of the stream comes when the server has closed and the place is free.
            try clients[0].send("GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            _ = try clients.removeFirst().receiveAll()
            return refused?.status
        }
        #expect(answers == 503)
        #expect(server.server.refusedConnections.overall == 1)
    }

    @Test("Bodies over the memory kept for all of them are answered 503, until one is done")
    func bodyBudget() async throws {
        let server = try TestServer(limits: { $0.bufferedBodyBytes = 100 })
        let port = server.port
        let statuses = try await onThread {
            let fields = "POST /classify HTTP/1.1\r\nHost: a\r\nContent-Length: 60\r\n"
            let head = fields + "\r\n"
            let body = String(repeating: "x", count: 60)
            let slow = try RawClient(port: port)
            try slow.send(fields + "Expect: 100-continue\r\n\r\n")
            // The 100 says that the slow body has its place.
            var statuses = [try slow.receiveResponse()?.status]
            let second = try RawClient(port: port)
            try second.send(head + body)
            statuses.append(try second.receiveResponse()?.status)
            try slow.send(body)
            statuses.append(try slow.receiveResponse()?.status)
            let third = try RawClient(port: port)
            try third.send(head + body)
            return statuses + [try third.receiveResponse()?.status]
        }
        #expect(statuses == [100, 503, 415, 415])
    }

    @Test("One connection too many of one address is answered 429")
    func addressLimit() async throws {
        let server = try TestServer(limits: { $0.connectionsPerAddress = 1 })
        let port = server.port
        let status = try await onThread { [self] in
            let first = try RawClient(port: port)
            #expect(try get(first) == 200)
            let refused = try RawClient(port: port).receiveResponse()
            #expect(try get(first) == 200)
            return refused?.status
        }
        #expect(status == 429)
        #expect(server.server.refusedConnections.perAddress == 1)
    }

    @Test("A connection that would take a reserved descriptor is refused")
    func reservedDescriptors() async throws {
        let server = try TestServer(limits: { $0.reservedDescriptors = Int(Int32.max) })
        let status = try await server.connect { try $0.receiveResponse()?.status }
        #expect(status == 503)
    }

    @Test(
        "Without descriptors accepting pauses, then goes on; clients that left are skipped",
        arguments: [EMFILE, ENFILE])
    func exhausted(errno: Int32) async throws {
        let calls = Atomic(0)
        let server = try TestServer(
            accept: { listener in
                switch calls.add(1, ordering: .relaxed).newValue {
                case 1...3: .unavailable(errno: errno)
                case 4: .retry
                default: Socket.accept(listener)
                }
            }, limits: { $0.acceptPause = .milliseconds(10) })
        let status = try await server.connect { [self] in try get($0) }
        #expect(status == 200)
        #expect(server.server.refusedConnections.acceptPauses == 3)
        #expect(calls.load(ordering: .relaxed) < 20)
    }

    // MARK: The end

    @Test("Draining closes idle connections, finishes requests with a close, and takes no more")
    func drain() async throws {
        let (started, mayAnswer) = (Signal<Void>(), Signal<Void>())
        let server = try TestServer(
            ClosureApplication { request in
                if request.head.path == "/slow" {
                    started.send()
                    try? await mayAnswer.next()
                }
                return Response(status: .ok)
            })
        let port = server.port
        let idle = try await onThread { [self] in
            let client = try RawClient(port: port)
            #expect(try get(client) == 200)
            return client
        }
        async let slow = server.connect { client in
            try client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
            return try client.receiveResponse()
        }
        try await started.next()
        #expect(server.server.requestsInFlight == 1)
        async let left = server.server.drain()
        #expect(try await onThread { try idle.receiveAll() } == [])
        #expect(server.server.isDraining)
        await #expect(throws: RawClient.ClientError.self) { try await server.connect { _ in } }
        mayAnswer.send()
        #expect(try await slow?.status == 200)
        #expect(try await slow?.saysClose == true)
        #expect(await left == 0)
        #expect(server.server.requestsInFlight == 0)
    }

    @Test("Draining gives up at its limit and says how many were left")
    func drainLimit() async throws {
        let started = Signal<Void>()
        let server = try TestServer(
            ClosureApplication { _ in
                started.send()
                try? await Task.sleep(for: .seconds(3600))
                return Response(status: .ok)
            }, drainLimit: .milliseconds(50))
        async let rest = server.connect { client in
            try client.send(getRequest)
            return try client.receiveAll()
        }
        try await started.next()
        #expect(await server.server.drain() == 1)
        server.server.shutdown()
        #expect(try await rest == [])
    }

    @Test("An idle server drains at once")
    func drainIdle() async throws {
        #expect(await (try TestServer()).server.drain() == 0)
    }

    @Test("Connections are counted while they are open")
    func gauge() async throws {
        let server = try TestServer()
        let count = try await server.connect { [self] client in
            _ = try get(client)
            return server.server.connections
        }
        #expect(count == 1)
    }
}
