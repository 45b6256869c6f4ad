import FoveaImage
import FoveaServing
import FoveaStore

/// The uploaded images, as the routes use them: checked before they are kept, found by their sha256.
struct ImageLibrary: Sendable {
    let store: ImageStore
    let limits: ImageLimits

    /// Checks that `bytes` is an image within the limits and keeps it.
    func keep(_ bytes: [UInt8]) async throws -> (sha256: String, header: ImageHeader, isNew: Bool) {
        let (header, sha256) = try await inBackground {
            do {
                return (try ImageHeader(reading: bytes[...], limits: limits), SHA256Digest(of: bytes[...]).description)
            } catch let error as ImageError { throw ServingError.image(error) }
        }
        let isNew = try await store.put(
            bytes, sha256: sha256, contentType: "image/\(header.format.rawValue)", width: header.width,
            height: header.height)
        return (sha256, header, isNew)
    }

    /// The digest of the bytes to answer about; whether an uploaded image is here is not looked at.
    func digest(of source: ImageSource) async throws -> SHA256Digest {
        switch source {
        case .bytes(let bytes): return try await inBackground { SHA256Digest(of: bytes) }
        case .stored(let sha256):
            guard let digest = SHA256Digest(sha256) else { throw notFound(sha256) }
            return digest
        }
    }

    /// The bytes to answer about: those that came with the request, or the uploaded ones.
    func bytes(of source: ImageSource) async throws -> ArraySlice<UInt8> {
        switch source {
        case .bytes(let bytes): bytes
        case .stored(let sha256): try await image(sha256).bytes[...]
        }
    }

    /// The picture that `draw` makes of a photograph, as a PNG file.
    func picture(over source: ImageSource, draw: @escaping @Sendable (Image) -> Image) async throws -> [UInt8] {
        let (bytes, limits) = (try await bytes(of: source), limits)
        return try await inBackground {
            let image: Image
            do throws(ImageError) { image = try Image(decoding: bytes, limits: limits) } catch {
                throw ServingError.image(error)
            }
            return draw(image).pngData()
        }
    }

    func image(_ sha256: String) async throws -> StoredImage {
        guard let image = try await store.get(sha256) else { throw notFound(sha256) }
        return image
    }

    func delete(_ sha256: String) async throws {
        guard try await store.delete(sha256) else { throw notFound(sha256) }
    }

    private func notFound(_ sha256: String) -> APIError {
        APIError(.imageNotFound, "no image with sha256 \(sha256) is kept here; upload it with PUT /images")
    }
}
