public import HTTPTypes

/// An answer, as the application makes it.
///
/// The connection adds `Date`, `Server`, `X-Content-Type-Options`, `Connection` and the framing fields; what the
/// application sets of these is dropped, except that `Connection: close` is obeyed, and that the answer to a HEAD
/// may state a `Content-Length` without having the body.
public struct Response: Sendable {
    public enum Body: Sendable {
        case bytes([UInt8])
        /// Written piece by piece as it is made: chunked, or up to the close for an HTTP/1.0 client.
        ///
        /// If the closure throws, the connection is reset so that the client sees that the answer is cut.
        case stream(@Sendable (BodyWriter) async throws -> Void)
    }

    public var status: HTTPResponse.Status
    public var fields: HTTPFields
    public var body: Body
    /// Called once: after the last octet was handed to the kernel, or when that can't happen any more.
    ///
    /// Runs on the connection's queue, so it must be quick.
    public var onSent: (@Sendable (SendOutcome) -> Void)?

    /// - Parameter status: a final status, 200 or above: interim responses are the connection's own.
    public init(
        status: HTTPResponse.Status, fields: HTTPFields = [:], body: Body = .bytes([]),
        onSent: (@Sendable (SendOutcome) -> Void)? = nil
    ) {
        precondition(status.code >= 200, "a response needs a final status, not \(status.code)")
        self.status = status
        self.fields = fields
        self.body = body
        self.onSent = onSent
    }
}

/// What became of an answer.
public enum SendOutcome: Sendable, Equatable {
    /// All of it, head included, was handed to the kernel.
    case sent(bytes: Int)
    /// The connection ended first.
    case clientGone
}

/// Where a streamed answer writes its body.
public struct BodyWriter: Sendable {
    private let send: @Sendable ([UInt8]) async throws -> Void

    /// - Parameter send: takes the next octets of the body, and returns when more may follow.
    public init(_ send: @escaping @Sendable ([UInt8]) async throws -> Void) {
        self.send = send
    }

    /// Queues `bytes` and waits while too many are queued; throws `CancellationError` when the client is gone.
    public func write(_ bytes: [UInt8]) async throws {
        try await send(bytes)
    }
}
