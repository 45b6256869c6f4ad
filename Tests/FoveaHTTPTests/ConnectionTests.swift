import Dispatch
import Foundation
@testable import FoveaHTTP
import HTTPTypes
import Synchronization
import Testing

private let getRequest = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"

@Suite struct ConnectionTests {
    // MARK: Pipelining and back-pressure

    @Test("Ten thousand pipelined requests are answered in order, and reading stops while nobody takes the answers")
    func pipelined() async throws {
        let started = Atomic(0)
        let body = [UInt8](repeating: 0x61, count: 2000)
        let server = try TestServer(
            ClosureApplication { request in
                started.add(1, ordering: .relaxed)
                return Response(status: .ok, fields: [.eTag: request.head.query ?? ""], body: .bytes(body))
            }, limits: { $0.requestsPerConnection = .max })
        let port = server.port
        try await server.connect(receiveBuffer: 4096) { client in
            let all = (0..<10_000).flatMap { Array("GET /?\($0) HTTP/1.1\r\nHost: a\r\n\r\n".utf8) }
            let threadIsDone = DispatchSemaphore(value: 0)
            Thread.detachNewThread {
                try? client.send(all)
                threadIsDone.signal()
            }
            // All answers together are 20 MB, far more than the kernel holds. While nobody reads them and others are
            // served thousands of times, the rest of them must not be made.
            let other = try RawClient(port: port)
            for _ in 0..<5000 {
                try other.send(getRequest)
                _ = try other.receiveResponse()
            }
            #expect(started.load(ordering: .relaxed) - 5000 < 8000)
            #expect(try client.receive(atMost: 4) == Array("HTTP".utf8))
            var bytes = Array("HTTP".utf8)
            var next = 0
            while next < 10_000 {
                guard let (response, used) = try RawResponse.parse(bytes, toHEAD: false, isComplete: false) else {
                    bytes += try client.receive(atMost: 1 << 20)
                    continue
                }
                #expect(response.values("etag") == ["\(next)"])
                next += 1
                bytes.removeFirst(used)
            }
            threadIsDone.wait()
            #expect(bytes.isEmpty)
        }
    }

    @Test("A large answer gets through a receive buffer of 1 KiB, whole and in order")
    func smallReceiveBuffer() async throws {
        let body = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 / 251) }
        let server = try TestServer(ClosureApplication { _ in Response(status: .ok, body: .bytes(body)) })
        let response = try await server.connect(receiveBuffer: 1024) { client in
            try client.send(getRequest)
            return try client.receiveResponse()
        }
        #expect(response?.body == body)
    }

    // MARK: Clients that leave

    @Test("The task of a client that closed is cancelled")
    func closedClient() async throws {
        let (started, cancelled) = (Signal<Void>(), Signal<Void>())
        let outcome = Signal<SendOutcome>()
        let server = try TestServer(
            Self.waiting(started: started, cancelled: cancelled, outcome: outcome),
            limits: { $0.halfCloseProbe = .milliseconds(20) })
        try await server.connect { try $0.send(getRequest) }
        try await started.next()
        try await cancelled.next()
        #expect(try await outcome.next() == .clientGone)
        #expect(server.server.requestsInFlight == 0)
    }

    @Test("The task of a client that reset the connection is cancelled at once")
    func resetClient() async throws {
        let (started, cancelled) = (Signal<Void>(), Signal<Void>())
        let server = try TestServer(
            Self.waiting(started: started, cancelled: cancelled, outcome: Signal()),
            limits: { $0.halfCloseProbe = .seconds(60) })
        let port = server.port
        let client = try await onThread {
            let client = try RawClient(port: port)
            try client.send(getRequest)
            return client
        }
        try await started.next()
        client.reset()
        try await cancelled.next()
    }

    @Test("A client that shut down its sending side gets a 102, then its answer")
    func halfClosedClient() async throws {
        let mayAnswer = Signal<Void>()
        let server = try TestServer(
            ClosureApplication { _ in
                try? await mayAnswer.next()
                return Response(status: Task.isCancelled ? .gone : .ok)
            }, limits: { $0.halfCloseProbe = .milliseconds(20) })
        let statuses = try await server.connect { client in
            try client.send(getRequest)
            client.finishSending()
            let interim = try client.receiveResponse()?.status
            mayAnswer.send()
            let last = try client.receiveResponse()
            #expect(try client.receive() == [])
            return [interim, last?.status]
        }
        #expect(statuses == [102, 200])
    }

    @Test("A reset in the middle of a body frees the connection")
    func resetInBody() async throws {
        let server = try TestServer()
        for _ in 0..<20 {
            try await server.connect { client in
                try client.send("POST /classify HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nabc")
                client.reset()
            }
        }
        let status = try await server.connect { client in
            try client.send(getRequest)
            return try client.receiveResponse()?.status
        }
        #expect(status == 200)
        #expect(await server.server.drain() == 0)
        #expect(server.server.connections == 0)
    }

    /// Answers only when cancelled.
    private static func waiting(
        started: Signal<Void>, cancelled: Signal<Void>, outcome: Signal<SendOutcome>
    ) -> ClosureApplication {
        ClosureApplication { _ in
            started.send()
            try? await Task.sleep(for: .seconds(3600))
            if Task.isCancelled { cancelled.send() }
            return Response(status: .ok, onSent: { outcome.send($0) })
        }
    }

    // MARK: Early answers

    @Test("A refusal leaves the connection in step when the body is short, and ends it when it is long or awaited")
    func refusedBody() async throws {
        let server = try TestServer(ClosureApplication { _ in Response(status: .ok) })
        func statuses(_ request: String, body: Int) async throws -> [Int?] {
            try await server.connect { client in
                try client.send(request)
                let first = try client.receiveResponse()
                guard first?.saysClose == false else { return [first?.status, nil] }
                try client.send([UInt8](repeating: 0x7A, count: body))
                try client.send(getRequest)
                return [first?.status, try client.receiveResponse()?.status]
            }
        }
        let head = "POST /refused HTTP/1.1\r\nHost: a\r\n"
        #expect(try await statuses(head + "Content-Length: 65536\r\n\r\n", body: 65536) == [404, 200])
        #expect(try await statuses(head + "Content-Length: 65537\r\n\r\n", body: 65537) == [404, nil])
        #expect(try await statuses(head + "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n", body: 5) == [404, nil])
        #expect(try await statuses(head + "Transfer-Encoding: chunked\r\n\r\n", body: 0) == [404, nil])
        #expect(try await statuses(head + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", body: 0) == [404, 200])
    }

    @Test("A body over the limit is answered at once, and the answer survives what is still sent")
    func lingeringClose() async throws {
        let server = try TestServer(ClosureApplication(maxBytes: 1000) { _ in Response(status: .ok) })
        let response = try await server.connect { client in
            try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\n")
            let response = try client.receiveResponse()
            #expect(try client.receive() == [])
            // A reset would make one of these fail.
            for _ in 0..<5 { try client.send([UInt8](repeating: 0x7A, count: 100_000)) }
            return response
        }
        #expect(response?.status == 413)
        #expect(response?.saysClose == true)
    }

    // MARK: Streams

    @Test("A streamed answer comes in chunks, and as it is for HTTP/1.0")
    func stream() async throws {
        let outcome = Signal<SendOutcome>()
        let piece = [UInt8](repeating: 0x61, count: 50_000)
        let server = try TestServer(
            ClosureApplication { _ in
                let body = Response.Body.stream { writer in
                    for _ in 0..<40 { try await writer.write(piece) }
                    try await writer.write([])
                }
                return Response(status: .ok, body: body, onSent: { outcome.send($0) })
            })
        let (new, old, head) = try await server.connect { client in
            try client.send(getRequest)
            let new = try client.receiveResponse()
            try client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
            let head = try client.receiveResponse(toHEAD: true)
            try client.send("GET / HTTP/1.0\r\n\r\n")
            return (new, try client.receiveResponse(), head)
        }
        #expect(new?.body.count == 2_000_000)
        #expect(new?.values("transfer-encoding") == ["chunked"])
        #expect(old?.body.count == 2_000_000)
        #expect(old?.saysClose == true)
        #expect(old?.values("transfer-encoding") == [])
        #expect(head?.status == 200)
        guard case .sent(let bytes) = try await outcome.next() else {
            Issue.record("not sent")
            return
        }
        #expect(bytes > 2_000_000)
    }

    @Test("A stream that fails cuts the connection instead of ending the body")
    func brokenStream() async throws {
        let server = try TestServer(
            ClosureApplication { _ in
                Response(
                    status: .ok,
                    body: .stream { writer in
                        try await writer.write([1, 2, 3])
                        throw CancellationError()
                    })
            })
        await #expect(throws: (any Error).self) {
            try await server.connect { client in
                try client.send(getRequest)
                _ = try client.receiveResponse()
            }
        }
    }

    @Test("The writer of a client that is gone is told so")
    func goneStream() async throws {
        let (started, failed) = (Signal<Void>(), Signal<Void>())
        let server = try TestServer(
            ClosureApplication { _ in
                Response(
                    status: .ok,
                    body: .stream { writer in
                        started.send()
                        do {
                            while true { try await writer.write([UInt8](repeating: 0, count: 65536)) }
                        } catch {
                            failed.send()
                            throw error
                        }
                    })
            })
        try await server.connect { client in
            try client.send(getRequest)
            _ = try client.receive()
        }
        try await started.next()
        try await failed.next()
    }

    // MARK: Persistence

    @Test("The last request that a connection may make is answered with a close")
    func requestsPerConnection() async throws {
        let server = try TestServer(limits: { $0.requestsPerConnection = 3 })
        let closes = try await server.connect { client in
            try (0..<3).map { _ in
                try client.send(getRequest)
                return try client.receiveResponse()?.saysClose
            }
        }
        #expect(closes == [false, false, true])
    }

    @Test("The application can end a connection")
    func applicationCloses() async throws {
        let server = try TestServer(
            ClosureApplication { _ in Response(status: .ok, fields: [.connection: "x, Close"]) })
        let response = try await server.connect { client in
            try client.send(getRequest)
            return try client.receiveResponse()
        }
        #expect(response?.saysClose == true)
    }
}
