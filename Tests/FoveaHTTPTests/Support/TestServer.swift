@testable import FoveaHTTP
import HTTPTypes
import Logging
import Synchronization

/// A server on a free port of the loopback address, for one test.
final class TestServer: Sendable {
    let server: HTTPServer
    let port: Int

    init(
        _ application: any Application = TestApplication(), host: String = "127.0.0.1",
        drainLimit: Duration = .seconds(30),
        accept: @escaping @Sendable (Int32) -> Socket.Acceptance = { Socket.accept($0) },
        limits change: (inout HTTPLimits) -> Void = { _ in }
    ) throws {
        var limits = HTTPLimits()
        change(&limits)
        server = HTTPServer(
            configuration: HTTPServerConfiguration(host: host, port: 0, limits: limits, drainLimit: drainLimit),
            application: application, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, accept: accept)
        port = try server.start()
    }

    deinit { server.shutdown() }

    /// Runs `body` with a new connection, on a thread of its own.
    func connect<Result: Sendable>(
        ipv6: Bool = false, receiveBuffer: Int32? = nil, _ body: @escaping @Sendable (RawClient) throws -> Result
    ) async throws -> Result {
        let port = port
        return try await onThread { try body(RawClient(port: port, ipv6: ipv6, receiveBuffer: receiveBuffer)) }
    }
}

/// An application that is one closure.
struct ClosureApplication: Application {
    var maxBytes = 16 * 1024 * 1024
    var handle: @Sendable (Request) async -> Response

    func admit(_ head: RequestHead) -> BodyAdmission {
        head.path == "/refused" ? .refuse(TestApplication.json(.notFound, "{}")) : .accept(maxBytes: maxBytes)
    }

    func respond(to request: Request) async -> Response { await handle(request) }

    func respond(to failure: ProtocolFailure, head: RequestHead?) -> Response {
        TestApplication().respond(to: failure, head: head)
    }
}

/// Something that happens once, for tests to wait for.
final class Signal<Value: Sendable>: Sendable {
    private let stream: AsyncStream<Value>
    private let continuation: AsyncStream<Value>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream() }

    func send(_ value: Value) { continuation.yield(value) }

    /// The next value that was sent.
    func next() async throws -> Value {
        for await value in stream { return value }
        throw CancellationError()
    }
}

extension Signal where Value == Void {
    func send() { send(()) }
}
