import Foundation
@testable import FoveaHTTP
import HTTPTypes
import Testing

private let getRequest = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"

@Suite struct DeadlineTests {
    /// What a client that sends `text` and then nothing gets before the end of the stream.
    private func answer(to text: String, limits: (inout HTTPLimits) -> Void) async throws -> RawResponse? {
        let server = try TestServer(limits: limits)
        return try await server.connect { client in
            try client.send(text)
            let response = try client.receiveResponse()
            if response != nil { #expect(try client.receive() == []) }
            return response
        }
    }

    @Test("A head that stops is answered 408")
    func slowHead() async throws {
        let response = try await answer(to: "GET / HTTP/1.1\r\nHo") { $0.headTimeout = .milliseconds(50) }
        #expect(response?.status == 408)
        #expect(response?.saysClose == true)
    }

    @Test("A head that drips does not move its deadline")
    func drippingHead() async throws {
        let server = try TestServer(limits: { $0.headTimeout = .milliseconds(100) })
        let response = try await server.connect { client in
            let start = ContinuousClock.now
            try client.send("GET / HTTP/1.1\r\nX:")
            while ContinuousClock.now - start < .milliseconds(150) { try? client.send("a") }
            return try client.receiveResponse()
        }
        #expect([408, 431].contains(response?.status))
    }

    @Test("A body that stops is answered 408")
    func slowBody() async throws {
        let text = "POST /classify HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc"
        let response = try await answer(to: text) { limits in
            limits.bodyGrace = .milliseconds(50)
            limits.bodyBytesPerSecond = 1_000_000
        }
        #expect(response?.status == 408)
    }

    @Test("A body earns time with what has come, but no more than the most")
    func bodyTime() async throws {
        let text = "POST /classify HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc"
        let response = try await answer(to: text) { limits in
            limits.bodyGrace = .zero
            limits.bodyBytesPerSecond = 1
            limits.bodyTimeout = .milliseconds(50)
        }
        #expect(response?.status == 408)
    }

    @Test("A connection that waits for nothing is closed without a word")
    func idle() async throws {
        let server = try TestServer(limits: { $0.keepAliveIdle = .milliseconds(50) })
        let rest = try await server.connect { client in
            try client.send(getRequest)
            #expect(try client.receiveResponse()?.status == 200)
            return try client.receiveAll()
        }
        #expect(rest == [])
        let untouched = try await server.connect { try $0.receiveAll() }
        #expect(untouched == [])
    }

    @Test("Under pressure idle connections are closed sooner")
    func pressure() async throws {
        let server = try TestServer(limits: { limits in
            limits.connections = 4
            limits.keepAliveIdleUnderPressure = .milliseconds(50)
        })
        // With 4 of 4 open there is pressure, until the first one is closed: any of them.
        let ended = Signal<Void>()
        let port = server.port
        for _ in 0..<4 {
            Thread.detachNewThread {
                guard let client = try? RawClient(port: port), (try? client.receiveAll()) == [] else { return }
                ended.send()
            }
        }
        try await ended.next()
    }

    @Test("A client that takes nothing is reset")
    func slowReader() async throws {
        let outcome = Signal<SendOutcome>()
        let server = try TestServer(
            ClosureApplication { _ in
                let body = Response.Body.bytes([UInt8](repeating: 0, count: 32 * 1024 * 1024))
                return Response(status: .ok, body: body, onSent: { outcome.send($0) })
            }, limits: { $0.sendTimeout = .milliseconds(100) })
        let port = server.port
        let client = try await onThread {
            let client = try RawClient(port: port, receiveBuffer: 1024)
            try client.send(getRequest)
            return client
        }
        #expect(try await outcome.next() == .clientGone)
        await #expect(throws: RawClient.ClientError.self) { try await onThread { try client.receiveAll() } }
    }
}
