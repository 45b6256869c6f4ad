import FoveaHTTP
import FoveaImage
import FoveaServing
import HTTPTypes

/// Every failure a client can be told about: one shape on every route.
///
/// `code` is part of the interface: `openapi.yaml` lists the same strings, and a test compares both lists.
struct APIError: Error, Equatable {
    let code: Code
    let message: String
    /// The numbers a program needs: `limit` and `got`.
    let numbers: [String: Int]
    /// The code's own, except where HTTP itself refuses and knows better.
    let status: HTTPResponse.Status
    /// Fields that the answer carries, such as `Allow` or `Retry-After`.
    private(set) var fields: HTTPFields

    init(
        _ code: Code, _ message: String, numbers: [String: Int] = [:], status: HTTPResponse.Status? = nil,
        fields: HTTPFields = [:], retryAfter: Int? = nil
    ) {
        (self.code, self.message, self.numbers, self.fields) = (code, message, numbers, fields)
        if let retryAfter { self.fields[.retryAfter] = "\(retryAfter)" }
        self.status = status ?? code.status
    }

    enum Code: String, CaseIterable, Sendable {
        case malformedRequest = "malformed_request"
        case invalidParameter = "invalid_parameter"
        case invalidPrompt = "invalid_prompt"
        case invalidTensor = "invalid_tensor"
        case unauthorized, forbidden
        case notFound = "not_found"
        case modelNotFound = "model_not_found"
        case imageNotFound = "image_not_found"
        case methodNotAllowed = "method_not_allowed"
        case requestTimeout = "request_timeout"
        case lengthRequired = "length_required"
        case bodyTooLarge = "body_too_large"
        case imageTooLarge = "image_too_large"
        case uriTooLong = "uri_too_long"
        case unsupportedMediaType = "unsupported_media_type"
        case expectationFailed = "expectation_failed"
        case undecodableImage = "undecodable_image"
        case headersTooLarge = "headers_too_large"
        case internalError = "internal"
        case notImplemented = "not_implemented"
        case rateLimited = "rate_limited"
        case queueFull = "queue_full"
        case modelNotReady = "model_not_ready"
        case draining
        case deadlineExceeded = "deadline_exceeded"
        case outOfMemory = "out_of_memory"

        var status: HTTPResponse.Status {
            switch self {
            case .malformedRequest, .invalidParameter, .invalidPrompt, .invalidTensor: .badRequest
            case .unauthorized: .unauthorized
            case .forbidden: .forbidden
            case .notFound, .modelNotFound, .imageNotFound: .notFound
            case .methodNotAllowed: .methodNotAllowed
            case .requestTimeout: .requestTimeout
            case .lengthRequired: .lengthRequired
            case .bodyTooLarge, .imageTooLarge: .contentTooLarge
            case .uriTooLong: .uriTooLong
            case .unsupportedMediaType: .unsupportedMediaType
            case .expectationFailed: .expectationFailed
            case .undecodableImage: .unprocessableContent
            case .headersTooLarge: .requestHeaderFieldsTooLarge
            case .internalError: .internalServerError
            case .notImplemented: .notImplemented
            case .rateLimited: .tooManyRequests
            case .queueFull, .modelNotReady, .draining: .serviceUnavailable
            case .deadlineExceeded: .gatewayTimeout
            case .outOfMemory: .init(code: 507, reasonPhrase: "Insufficient Storage")
            }
        }
    }
}
