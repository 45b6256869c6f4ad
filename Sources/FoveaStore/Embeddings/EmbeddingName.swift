/// What an embedding is known by on disk: what made it, and of what.
public struct EmbeddingName: Sendable, Hashable {
    /// 64 hexadecimal digits in lower case, as are those of the image.
    let encoder: String
    let image: String

    /// - Parameters:
    ///   - encoder: a sha256 of all that the embedding depends on beside the image, in hexadecimal.
    ///   - image: the sha256 of the image's bytes.
    /// - Throws: `StoreError.invalidDigest`.
    public init(encoder: String, image: String) throws(StoreError) {
        self.encoder = try ImageDigest(hex: encoder).hex
        self.image = try ImageDigest(hex: image).hex
    }

    var path: String { encoder + "/" + image }
}
