import FoveaImage
import FoveaTensor
import Testing

@testable import FoveaServing

@Suite struct ImageCropTests {
    @Test("Points lie in the middle of equal squares, row by row")
    func grid() {
        let grid = PointGrid(pointsPerSide: 2)
        #expect(grid.count == 4)
        #expect((0..<4).map { grid[$0].x } == [0.25, 0.75, 0.25, 0.75])
        #expect((0..<4).map { grid[$0].y } == [0.25, 0.25, 0.75, 0.75])
        #expect(PointGrid(pointsPerSide: 1)[0] == (0.5, 0.5))
    }

    @Test("Crops are the reference's", arguments: Fixture.rows("automatic-crops.tsv"))
    func crops(row: [String]) throws {
        let (width, height) = (try #require(Int(row[0])), try #require(Int(row[1])))
        let crops = ImageCrop.crops(
            of: ImageFrame(width: width, height: height, side: 1024), layers: try #require(Int(row[2])),
            overlapRatio: try #require(Double(row[3])))
        let boxes = crops.map { "\($0.layer):\($0.x),\($0.y),\($0.x + $0.width),\($0.y + $0.height)" }
        #expect(boxes.joined(separator: ";") == row[4])
    }

    @Test("Crops have pixels, however small the photograph, and lie within it")
    func small() {
        for (width, height) in [(1, 1), (1, 9), (3, 5), (7, 8), (16, 2)] {
            for ratio in [0, 0.3, 1] {
                let crops = ImageCrop.crops(
                    of: ImageFrame(width: width, height: height, side: 1024), layers: 3, overlapRatio: ratio)
                #expect(crops.allSatisfy { $0.width > 0 && $0.height > 0 && $0.x >= 0 && $0.y >= 0 })
                #expect(crops.allSatisfy { $0.x + $0.width <= width && $0.y + $0.height <= height })
            }
        }
    }

    @Test("A mask that ends within 20 pixels of a crop's border is cut, but not at the photograph's own border")
    func edges() {
        let frame = ImageFrame(width: 1000, height: 800, side: 1024)
        let crop = ImageCrop(x: 300, y: 0, width: 400, height: 500, layer: 1)
        func cuts(_ x0: Float, _ y0: Float, _ x1: Float, _ y1: Float) -> Bool {
            crop.cuts(Box(x0: x0, y0: y0, x1: x1, y1: y1), of: frame)
        }
        #expect(!cuts(400, 200, 500, 300))
        #expect(cuts(320, 200, 500, 300))
        #expect(!cuts(321, 200, 500, 300))
        #expect(cuts(400, 200, 680, 300))
        #expect(!cuts(400, 200, 679, 300))
        #expect(cuts(400, 200, 500, 480))
        #expect(!cuts(400, 200, 500, 479))
        #expect(!cuts(400, 0, 500, 300))
        let whole = ImageCrop(x: 0, y: 0, width: 1000, height: 800, layer: 0)
        #expect(!whole.cuts(Box(x0: 0, y0: 0, x1: 999, y1: 799), of: frame))
        let corner = ImageCrop(x: 10, y: 15, width: 400, height: 500, layer: 1)
        #expect(!corner.cuts(Box(x0: 12, y0: 20, x1: 100, y1: 100), of: frame))
        #expect(corner.cuts(Box(x0: 21, y0: 100, x1: 100, y1: 100), of: frame))
    }
}
