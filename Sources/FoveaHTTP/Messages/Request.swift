public import HTTPTypes

/// Everything of a request before its body.
public struct RequestHead: Sendable, Equatable {
    /// Major and minor version of HTTP, as the request line has it: 1.0, 1.1, or a higher minor one.
    public struct Version: Sendable, Equatable {
        public var major: Int
        public var minor: Int

        public init(major: Int, minor: Int) {
            self.major = major
            self.minor = minor
        }
    }

    public var method: HTTPRequest.Method
    /// The path as it was sent, percent escapes and all: starts with `/`, or is `*` (RFC 9112 section 3.2.4).
    public var path: String
    /// What follows the first `?`, as it was sent.
    public var query: String?
    /// All fields as they were sent, `Host` too.
    public var fields: HTTPFields
    public var version: Version
    /// Host and port the request is for: from the target if it has one, else from `Host` (RFC 9112 section 3.2.2).
    public var authority: String?
    /// The client's address without its port, such as `127.0.0.1` or `::1`.
    public var remoteAddress: String
    /// Whether the client waits for a 100 before it sends the body (RFC 9110 section 10.1.1).
    public var expectsContinue: Bool
    /// The declared length of the body; `nil` for a chunked body and where no body was announced.
    public var contentLength: Int?

    public init(
        method: HTTPRequest.Method, path: String, query: String? = nil, fields: HTTPFields = [:],
        version: Version = Version(major: 1, minor: 1), authority: String? = nil, remoteAddress: String = "127.0.0.1",
        expectsContinue: Bool = false, contentLength: Int? = nil
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.fields = fields
        self.version = version
        self.authority = authority
        self.remoteAddress = remoteAddress
        self.expectsContinue = expectsContinue
        self.contentLength = contentLength
    }
}

/// A complete request.
public struct Request: Sendable {
    public var head: RequestHead
    /// The content, without any transfer coding; empty where there is none.
    public var body: [UInt8]
    /// When the first octet of the head arrived.
    public var receivedAt: ContinuousClock.Instant

    public init(head: RequestHead, body: [UInt8], receivedAt: ContinuousClock.Instant) {
        self.head = head
        self.body = body
        self.receivedAt = receivedAt
    }
}
