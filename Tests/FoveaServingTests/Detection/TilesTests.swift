import FoveaImage
import FoveaTensor
import Testing

@testable import FoveaModels
@testable import FoveaServing

/// Photographs of 512 by 416 pixels, which tiles of 128 cover with five columns and four rows, 96 pixels apart. A network of 64
/// sees edges at even places exactly, and on the whole photograph those at multiples of 8 and 6.5.
@Suite struct TilesTests {
    private let folder: DetectorFolder
    private let model: LoadedModel
    private static let size = TileSize.pixels(width: 128, height: 128)

    init() throws {
        folder = try DetectorFolder(threads: 2)
        model = try folder.model()
    }

    private func detect(
        _ blobs: [Blob], tiles: TileSize? = Self.size, model: LoadedModel? = nil,
        _ objects: DetectionOptions = DetectionOptions()
    ) async throws -> Detection {
        let bytes = Image(width: 512, height: 416, blobs).pngData()
        return try await (model ?? self.model).detect(bytes[...], .init(objects: objects, tiles: tiles))
    }

    @Test("What is too small to be seen on the whole is found on a tile, where it is, and once where tiles overlap")
    func small() async throws {
        let blobs = [
            Blob(channel: 0, x: 20, y: 24, width: 4, height: 4), Blob(channel: 1, x: 100, y: 100, width: 6, height: 6),
            Blob(channel: 2, x: 500, y: 404, width: 4, height: 4),
        ]
        #expect(try await detect(blobs, tiles: nil).predictions.isEmpty)
        let answer = try await detect(blobs)
        #expect(answer.tiles == 20)
        #expect(answer.texts == blobs.map(\.text).sorted())
    }

    @Test("What is larger than a tile is one object, as the whole photograph shows it")
    func large() async throws {
        let blob = Blob(channel: 1, x: 64, y: 52, width: 384, height: 260)
        #expect(try await detect([blob]).texts == [blob.text])
        #expect(try await detect([blob], tiles: nil).texts == [blob.text])
    }

    @Test("What a tile cuts is whole on the next one")
    func cut() async throws {
        // From 96 to 128 the first two tiles overlap.
        for x in stride(from: 88, through: 132, by: 2) {
            let blob = Blob(channel: 0, x: x, y: 100, width: 6, height: 6)
            #expect(try await detect([blob]).texts == [blob.text])
        }
    }

    @Test("A photograph that one tile covers is looked at as without")
    func covered() async throws {
        let blob = Blob(channel: 0, x: 64, y: 52, width: 128, height: 104)
        let answer = try await detect([blob], tiles: .pixels(width: 512, height: 416))
        #expect(answer.tiles == 0)
        #expect(answer.texts == [blob.text])
    }

    @Test("Tiles keep their proportions where the card says so")
    func letterbox() async throws {
        let model = try folder.model(card: #","input":{"resize":"letterbox"}"#)
        let blob = Blob(channel: 2, x: 200, y: 304, width: 40, height: 40)
        let answer = try await detect([blob], tiles: .pixels(width: 256, height: 128), model: model)
        #expect(answer.texts == [blob.text])
    }

    @Test("The limit holds for all views together")
    func limit() async throws {
        let blobs = (0..<6).map { Blob(channel: 0, x: 20 + 80 * $0, y: 20, width: 4, height: 4) }
        #expect(try await detect(blobs).predictions.count == 6)
        #expect(try await detect(blobs, DetectionOptions(limit: 4)).predictions.count == 4)
    }

    @Test("Too many tiles are refused before anything is decoded")
    func tooMany() async throws {
        await #expect(throws: ServingError.tooManyTiles(got: 512 * 416, limit: 100)) {
            _ = try await detect([], tiles: .pixels(width: 1, height: 1))
        }
    }
}
