import FoveaImage
import Testing

@testable import FoveaServing

@Suite struct TileGridTests {
    private func tiles(_ size: TileSize, _ width: Int, _ height: Int, input: Int = 320) throws -> [PixelBounds] {
        try TileGrid(
            size, of: PictureSize(width: width, height: height), input: PictureSize(width: input, height: input)
        ).tiles
    }

    @Test("A size is auto or two numbers of pixels")
    func text() {
        #expect(TileSize(text: "auto") == .auto)
        #expect(TileSize(text: "640x480") == .pixels(width: 640, height: 480))
        for text in [
            "", "x", "640", "640x", "x480", "0x480", "640x0", "640x480x1", "-1x2", "+1x2", "1e3x2", "9999999x1",
            "064x64",
        ] {
            #expect(TileSize(text: text) == nil, "\(text)")
        }
    }

    @Test("Tiles lie flush with the photograph, overlap by a quarter or more, and are no more than that takes")
    func overlap() throws {
        for (width, height, side) in [(1000, 800, 320), (641, 640, 640), (1920, 1080, 640), (97, 1, 32), (9, 5, 4)] {
            let tiles = try tiles(.pixels(width: side, height: side), width, height)
            for (whole, starts, length) in [
                (width, Set(tiles.map(\.x)).sorted(), tiles[0].width),
                (height, Set(tiles.map(\.y)).sorted(), tiles[0].height),
            ] {
                #expect(length == min(side, whole))
                #expect(starts.first == 0)
                #expect(starts.last == whole - length)
                for (one, next) in zip(starts, starts.dropFirst()) { #expect(4 * (one + length - next) >= length) }
                // One fewer could not cover it with such an overlap.
                let reach = length + (starts.count - 2) * (3 * length / 4)
                #expect(starts.count == 1 || reach < whole)
            }
            #expect(tiles.count == Set(tiles.map(\.x)).count * Set(tiles.map(\.y)).count)
        }
    }

    @Test("A photograph that one tile covers has none")
    func none() throws {
        #expect(try tiles(.pixels(width: 640, height: 640), 640, 480).isEmpty)
        #expect(try tiles(.auto, 640, 640).isEmpty)
        #expect(try tiles(.auto, 1, 1).isEmpty)
        #expect(try tiles(.auto, 641, 640).count == 2)
    }

    @Test("By itself a tile is twice the input, or as many times as keeps them within the limit")
    func auto() throws {
        let usual = try tiles(.auto, 1920, 1080)
        #expect(usual.count == 8)
        #expect(usual[0] == PixelBounds(x: 0, y: 0, width: 640, height: 640))
        let large = try tiles(.auto, 8660, 5773)
        #expect(large.count <= TileGrid.limit)
        #expect(large[0].width == 960)
        #expect(try tiles(.auto, 16_384, 16_384, input: 1).count <= TileGrid.limit)
    }

    @Test("More tiles than are looked at are refused with both numbers, and the limit is not")
    func limit() throws {
        #expect(throws: ServingError.tooManyTiles(got: 110, limit: 100)) {
            try tiles(.pixels(width: 100, height: 100), 850, 775)
        }
        #expect(try tiles(.pixels(width: 100, height: 100), 775, 775).count == 100)
        #expect(throws: ServingError.tooManyTiles(got: 16_383 * 16_383, limit: 100)) {
            try tiles(.pixels(width: 2, height: 2), 16_384, 16_384)
        }
    }
}
