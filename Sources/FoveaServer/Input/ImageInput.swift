import FoveaHTTP
import FoveaServing
import HTTPTypes

/// The images and options of one request, however they were sent.
struct ImageInput: Sendable {
    enum Source: Sendable, Equatable {
        /// An encoded file that came with the request.
        case bytes(ArraySlice<UInt8>)
        /// An image uploaded before, by the sha256 of its bytes: 64 lower-case hexadecimal digits.
        case stored(sha256: String)
    }

    /// In the order they were sent; never empty.
    var sources: [Source]
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
        let type = Self.type(of: request.head)
        var found: (sources: [Source], isBatch: Bool)
        switch type?.essence {
        case "multipart/form-data":
            found = try Self.multipart(request, type, maxBatch: maxBatch, into: &options)
        case "application/json":
            found = try JSONInput.read(request.body, into: &options)
        default:
            found = (request.body.isEmpty ? [] : [.bytes(request.body[...])], false)
        }
        if let pathSHA256 {
            guard found.sources.isEmpty else {
                throw APIError(
                    .invalidParameter, "the path names the image, and the body brings another; send one of them")
            }
            found.sources = [.stored(sha256: try Self.imageID(pathSHA256))]
        } else if let name = request.head.fields[.imageSHA256] {
            let named = Source.stored(sha256: try Self.imageID(name))
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

    /// Whether the body is of a type that has options beside the images.
    static func mayNameModel(_ head: RequestHead) -> Bool {
        ["multipart/form-data", "application/json"].contains(type(of: head)?.essence)
    }

    private static func type(of head: RequestHead) -> MediaType? {
        head.fields[values: .contentType].first.flatMap { MediaType(Array($0.utf8)[...]) }
    }

    private static func multipart(
        _ request: Request, _ type: MediaType?, maxBatch: Int, into options: inout Options
    ) throws(APIError) -> ([Source], isBatch: Bool) {
        var limits = MultipartLimits()
        // Images, and an option of each name beside them.
        limits.parts = max(limits.parts, maxBatch + 8)
        let parts: [MultipartForm.Part]
        do {
            parts = try MultipartForm.parse(request.body[...], boundary: type?["boundary"] ?? [], limits: limits)
        } catch { throw APIError(error) }
        var sources: [Source] = []
        for part in parts {
            if part.name == "image" {
                sources.append(.bytes(part.body))
            } else {
                try options.set(part.name, String(decoding: part.body.prefix(1024), as: UTF8.self))
            }
        }
        return (sources, sources.count > 1)
    }

    /// Checks that `text` is a sha256 in hexadecimal and returns it in lower case.
    static func imageID(_ text: String) throws(APIError) -> String {
        guard let digest = SHA256Digest(text) else {
            throw APIError(.invalidParameter, "an image is named by its sha256, 64 hexadecimal digits")
        }
        return digest.description
    }
}
