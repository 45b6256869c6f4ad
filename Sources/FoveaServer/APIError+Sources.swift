import FoveaJSON
import FoveaHTTP
import FoveaImage
import FoveaServing
import FoveaStore
import HTTPTypes

/// How the failures of the modules below look on the wire.
extension APIError {
    /// The API's view of any error; what nobody foresaw becomes a bare `internal`.
    init(describing error: any Error) {
        switch error {
        case let error as APIError: self = error
        case let error as ServingError: self.init(error)
        case let error as ProtocolFailure: self.init(error)
        case StoreError.full:
            self.init(.outOfMemory, "there is no room to keep this; free some disk space")
        case StoreError.locked, StoreError.unavailable, StoreError.sqlite:
            self.init(.queueFull, "the store can't be used at the moment; try again in a second")
        case StoreError.imageOverBudget(let bytes, let budget):
            self.init(
                .imageTooLarge, "the image has \(bytes) bytes; the store keeps \(budget)",
                numbers: ["limit": budget, "got": bytes])
        case is CancellationError: self.init(ServingError.cancelled)
        default: self.init(.internalError, "something went wrong here; the log has more under this request id")
        }
    }

    /// Nobody sees it: it keeps clients that leave apart from failures in the log and the metrics.
    private static let clientLeft = HTTPResponse.Status(code: 499, reasonPhrase: "Client Closed Request")

    init(_ error: ServingError) {
        switch error {
        case .modelNotFound: self.init(.modelNotFound, "\(error)")
        case .noModel, .modelNotReady: self.init(.modelNotReady, "\(error)")
        case .noMemory(_, let needed, let limit):
            self.init(.outOfMemory, "\(error)", numbers: ["limit": limit, "got": needed])
        case .wrongTask: self.init(.invalidParameter, "\(error)")
        case .tooManyTiles(let got, let limit):
            self.init(.invalidParameter, "\(error)", numbers: ["limit": limit, "got": got])
        case .queueFull(_, let limit, _):
            self.init(.queueFull, "\(error)", numbers: ["limit": limit], retryAfter: error.retryAfter)
        case .queueTooLong, .deadlineUnreachable:
            self.init(.queueFull, "\(error)", retryAfter: error.retryAfter)
        case .deadlineExceeded: self.init(.deadlineExceeded, "\(error)")
        case .invalidPrompt: self.init(.invalidPrompt, "\(error)")
        case .cancelled: self.init(.internalError, "\(error)", status: Self.clientLeft)
        case .image(let image): self.init(image, "\(error)")
        case .imageOfBatch(_, let image): self.init(image, "\(error)")
        }
    }

    private init(_ image: ImageError, _ message: String) {
        switch image {
        case .unsupportedType, .unsupportedVariant: self.init(.unsupportedMediaType, message)
        case .tooManyPixels(let got, let limit), .sideTooLong(let got, let limit):
            self.init(.imageTooLarge, message, numbers: ["limit": limit, "got": got])
        case .broken, .tooSlow, .tooManyScans, .tooMuchMemory, .tooManyChunks, .chunkTooLong:
            self.init(.undecodableImage, message)
        case .outOfMemory: self.init(.outOfMemory, message)
        }
    }

    init(_ failure: ProtocolFailure) {
        self.init(
            Code(rawValue: failure.code) ?? .malformedRequest, failure.message,
            numbers: failure.limit.map { ["limit": $0] } ?? [:], status: failure.status,
            fields: failure.fields)
    }

    init(_ error: MultipartError) {
        switch error {
        case .boundary, .noParts, .unterminated, .outsideTooLong, .malformedHead, .noName, .encodedPart:
            self.init(.malformedRequest, "\(error)")
        case .tooManyParts(let limit): self.init(.bodyTooLarge, "\(error)", numbers: ["limit": limit])
        case .headTooLong(let limit), .tooManyFields(let limit):
            self.init(.headersTooLarge, "\(error)", numbers: ["limit": limit])
        }
    }

    /// The members of the error object, without the request id.
    var members: [(String, JSONValue)] {
        [("error", .string(message)), ("code", .string(code.rawValue))]
            + numbers.sorted { $0.key > $1.key }.map { ($0.key, .integer($0.value)) }
    }
}
