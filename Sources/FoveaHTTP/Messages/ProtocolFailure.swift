public import HTTPTypes

/// A request that HTTP itself refuses, before any route has seen it.
public struct ProtocolFailure: Error, Sendable, Equatable {
    public var status: HTTPResponse.Status
    /// The error's name for programs, such as `malformed_request`.
    public var code: String
    /// What is wrong and what would be right, in one sentence.
    public var message: String
    /// The limit that was passed, in the unit the message names.
    public var limit: Int?
    /// Fields that the answer must carry, such as `Retry-After`.
    public var fields = HTTPFields()

    public init(
        status: HTTPResponse.Status, code: String, message: String, limit: Int? = nil, fields: HTTPFields = [:]
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.limit = limit
        self.fields = fields
    }
}

extension ProtocolFailure {
    static func malformed(_ message: String) -> Self {
        Self(status: .badRequest, code: "malformed_request", message: message)
    }

    static func targetTooLong(limit: Int) -> Self {
        Self(
            status: .uriTooLong, code: "uri_too_long", message: "the request line is longer than \(limit) bytes",
            limit: limit)
    }

    static func fieldsTooLarge(_ what: String, limit: Int) -> Self {
        Self(
            status: .requestHeaderFieldsTooLarge, code: "headers_too_large", message: "\(what) of at most \(limit)",
            limit: limit)
    }

    static func bodyTooLarge(limit: Int) -> Self {
        Self(
            status: .contentTooLarge, code: "body_too_large", message: "the body is larger than \(limit) bytes",
            limit: limit)
    }

    static func chunksTooLarge(_ what: String, limit: Int) -> Self {
        Self(
            status: .contentTooLarge, code: "body_too_large",
            message: "\(what) of a chunked body exceed \(limit); send fewer, larger chunks", limit: limit)
    }

    static func unknownTransferCoding() -> Self {
        Self(
            status: .notImplemented, code: "not_implemented",
            message: "the only transfer coding this server reads is chunked")
    }

    static func connectRefused() -> Self {
        Self(status: .notImplemented, code: "not_implemented", message: "this server is no proxy: CONNECT does nothing")
    }

    static func methodTooLong() -> Self {
        Self(
            status: .notImplemented, code: "not_implemented",
            message: "the method is longer than any that this server knows")
    }

    static func unsupportedVersion() -> Self {
        Self(
            status: .httpVersionNotSupported, code: "not_implemented",
            message: "this port speaks HTTP/1.1 and HTTP/1.0 only")
    }

    static func notForPlainConnection() -> Self {
        Self(
            status: .misdirectedRequest, code: "malformed_request",
            message: "an https target came over a connection without TLS; ask for http")
    }

    static func expectationFailed() -> Self {
        Self(
            status: .expectationFailed, code: "expectation_failed",
            message: "the only expectation this server meets is 100-continue")
    }

    static func timedOut(_ what: String) -> Self {
        Self(status: .requestTimeout, code: "request_timeout", message: "\(what) did not arrive in time")
    }

    static func tooManyBodies(limit: Int) -> Self {
        Self(
            status: .serviceUnavailable, code: "queue_full",
            message: "the bodies being received have all of the \(limit) bytes kept for them; try again soon",
            limit: limit, fields: [.retryAfter: "1"])
    }

    static func tooManyConnections(limit: Int) -> Self {
        Self(
            status: .serviceUnavailable, code: "queue_full",
            message: "the server has all the connections it can serve; try again soon", limit: limit,
            fields: [.retryAfter: "1"])
    }

    static func tooManyConnectionsOfAddress(limit: Int) -> Self {
        Self(
            status: .tooManyRequests, code: "rate_limited",
            message: "this address has more than \(limit) connections open; close some", limit: limit,
            fields: [.retryAfter: "1"])
    }
}
