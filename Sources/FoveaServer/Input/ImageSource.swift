import FoveaServing

/// Where an image is.
enum ImageSource: Sendable, Equatable {
    /// An encoded file that came with the request.
    case bytes(ArraySlice<UInt8>)
    /// An image uploaded before, by the sha256 of its bytes: 64 lower-case hexadecimal digits.
    case stored(sha256: String)

    /// Checks that `text` is a sha256 in hexadecimal and returns it in lower case.
    static func id(_ text: String) throws(APIError) -> String {
        guard let digest = SHA256Digest(text) else {
            throw APIError(.invalidParameter, "an image is named by its sha256, 64 hexadecimal digits")
        }
        return digest.description
    }
}
