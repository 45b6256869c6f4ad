import FoveaHTTP
import FoveaServing
import HTTPTypes

/// The images and options of one request, however they were sent.
struct ImageInput<Options: RequestOptions>: Sendable {
    /// In the order they were sent; never empty.
    var sources: [ImageSource]
    /// Several images were asked about at once, so the answer is a list.
    var isBatch = false
    var options: Options

    /// Reads the images and options of a request in one of the four ways: the body itself, `multipart/form-data`,
    /// JSON, or a stored image named by header or path.
    ///
    /// - Parameters:
    ///   - pathSHA256: the image named by the path, on `/images/{sha256}/…`.
    ///   - maxBatch: the most images in one request.
    init(of request: Request, pathSHA256: String?, maxBatch: Int) throws(APIError) {
        var options = try Options(query: request.head.query)
        let contentTypes = request.head.fields[values: .contentType]
        guard contentTypes.count <= 1 else {
            throw APIError(.malformedRequest, "Content-Type is given \(contentTypes.count) times; give it once")
        }
        let type = request.head.mediaType
        var found: (sources: [ImageSource], isBatch: Bool)
        switch type?.essence {
        case "multipart/form-data":
            found = try Self.multipart(request, type, maxBatch: maxBatch, into: &options)
        case "application/json":
            found = try JSONInput.read(request.body, into: &options)
        default:
            guard request.body.first != UInt8(ascii: "{") else {
                throw APIError(
                    .unsupportedMediaType, "the body looks like JSON; say so with Content-Type: application/json")
            }
            found = (request.body.isEmpty ? [] : [.bytes(request.body[...])], false)
        }
        if let pathSHA256 {
            guard found.sources.isEmpty else {
                throw APIError(
                    .invalidParameter, "the path names the image, and the body brings another; send one of them")
            }
            found.sources = [.stored(sha256: try ImageSource.id(pathSHA256))]
        } else if let name = request.head.fields[.imageSHA256] {
            let named = ImageSource.stored(sha256: try ImageSource.id(name))
            if request.body.isEmpty { found.sources = [named] }
        }
        guard !found.sources.isEmpty else {
            throw APIError(
                request.body.isEmpty ? .unsupportedMediaType : .invalidParameter,
                "no image; send a JPEG or PNG as the body, as the form's part \"image\", or as base64 in JSON's \"image\""
            )
        }
        guard found.sources.count <= maxBatch else {
            throw APIError(
                .bodyTooLarge, "\(found.sources.count) images in one request; at most \(maxBatch) are allowed",
                numbers: ["limit": maxBatch, "got": found.sources.count])
        }
        (sources, isBatch, self.options) = (found.sources, found.isBatch, options)
    }

    private static func multipart(
        _ request: Request, _ type: MediaType?, maxBatch: Int, into options: inout Options
    ) throws(APIError) -> ([ImageSource], isBatch: Bool) {
        var limits = MultipartLimits()
        limits.parts = max(limits.parts, maxBatch + Options.mostParts)
        let parts: [MultipartForm.Part]
        do {
            parts = try MultipartForm.parse(request.body[...], boundary: type?["boundary"] ?? [], limits: limits)
        } catch { throw APIError(error) }
        var sources: [ImageSource] = []
        for part in parts {
            if part.name == "image" {
                sources.append(.bytes(part.body))
            } else {
                try options.set(part.name, String(decoding: part.body.prefix(1024), as: UTF8.self))
            }
        }
        return (sources, sources.count > 1)
    }
}

extension RequestHead {
    /// Whether the body is of a type that has options beside the images.
    var mayBringOptions: Bool { ["multipart/form-data", "application/json"].contains(mediaType?.essence) }

    fileprivate var mediaType: MediaType? {
        fields[values: .contentType].first.flatMap { MediaType(Array($0.utf8)[...]) }
    }
}
