import FoveaTensor
import Testing

@Suite struct AnchorGridTests {
    private let styles: [String: AnchorGrid.Style] = [
        "mmdetection": .mmdetection, "torchvision": .torchvision, "classic": .classic,
    ]

    @Test("The anchors of each implementation, in its order")
    func goldens() throws {
        let table = try BoxFixtures.table("anchors.tsv")
        #expect(table.count == 9)
        for row in table {
            let style = try #require(styles[row[0]])
            let (x, y) = (try #require(Int(row[1])), try #require(Int(row[2])))
            let grid = AnchorGrid(style: style)
            #expect(grid.perCell == 25)
            let corners = (0..<grid.perCell).flatMap { grid.box($0, x: x, y: y).corners }
            let expected = row[3].floats
            #expect(expected.count == 100)
            // Whole and half pixels are exact; the others are computed in another order.
            let tolerance: Float = style == .mmdetection ? 1e-4 : 0
            #expect(zip(corners, expected).allSatisfy { abs($0 - $1) <= tolerance }, "\(row[0...2])")
        }
    }

    @Test("The smallest of the widest shape is first, the largest follows four later")
    func order() {
        let grid = AnchorGrid(style: .classic)
        #expect(grid.box(0, x: 0, y: 0) == Box(x0: -15, y0: -4, x1: 30, y1: 19))
        #expect(grid.box(0, x: 1, y: 2) == Box(x0: 1, y0: 28, x1: 46, y1: 51))
        let middle = AnchorGrid(style: .mmdetection)
        #expect(middle.box(10, x: 3, y: 4) == Box(x0: 32, y0: 48, x1: 64, y1: 80))
        #expect(middle.box(14, x: 0, y: 0) == Box(x0: -256, y0: -256, x1: 256, y1: 256))
    }
}
