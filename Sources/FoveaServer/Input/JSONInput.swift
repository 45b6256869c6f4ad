import FoundationEssentials
import FoveaJSON

/// A request body in JSON: `{"image": "<base64>" | {"sha256": "…"}, …options}`, or `"images": […]`. Other members are
/// ignored.
enum JSONInput {
    /// Sets the options that the body names and returns its images.
    static func read(
        _ body: [UInt8], into options: inout some RequestOptions
    ) throws(APIError) -> (sources: [ImageSource], isBatch: Bool) {
        let value: JSONValue
        do {
            value = try JSONParser.parse(body, limits: .init(bytes: body.count, depth: 32, values: 10_000))
        } catch { throw APIError(.malformedRequest, "the body is not the JSON expected: \(error)") }
        guard case .object(let fields) = value else {
            throw APIError(.malformedRequest, "the JSON body must be an object with the member \"image\" or \"images\"")
        }
        var images: [ImageSource] = []
        var isBatch: Bool?
        for field in fields {
            switch (field.name, field.value) {
            case ("image", let value):
                guard isBatch == nil else { throw bothGiven }
                (images, isBatch) = ([try source(value)], false)
            case ("images", .array(let values)):
                guard isBatch == nil else { throw bothGiven }
                images = []
                for value in values { images.append(try source(value)) }
                isBatch = true
            case ("images", _): throw APIError(.invalidParameter, "\"images\" must be a list")
            default: try options.set(field.name, field.value)
            }
        }
        return (images, isBatch ?? false)
    }

    private static var bothGiven: APIError {
        APIError(.invalidParameter, "\"image\" and \"images\" are both given; give one of them")
    }

    /// Base64 text, with or without a `data:` prefix, or `{"sha256": "…"}`.
    private static func source(_ value: JSONValue) throws(APIError) -> ImageSource {
        switch value {
        case .string(let text):
            let payload = text.utf8.starts(with: "data:".utf8) ? text.drop { $0 != "," }.dropFirst() : text[...]
            // Tools that write base64 break its lines.
            let unbroken = String(payload.filter { !$0.isNewline })
            if let data = Data(base64Encoded: unbroken) { return .bytes([UInt8](data)[...]) }
        case .object(let fields):
            if let field = fields.first(where: { $0.name == "sha256" }), case .string(let text) = field.value {
                return .stored(sha256: try ImageSource.id(text))
            }
        default: break
        }
        throw APIError(
            .invalidParameter, "an image in JSON is base64 of a JPEG or PNG, or {\"sha256\": …} of an uploaded image")
    }
}
