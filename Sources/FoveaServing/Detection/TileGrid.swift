import FoveaImage

/// The tiles of a photograph, row by row.
struct TileGrid: Sendable, Equatable {
    /// The most tiles of one photograph: about two seconds of a core with a light network.
    static let limit = 100

    let tiles: [PixelBounds]

    /// The tiles of a photograph; none where one would be all of it.
    ///
    /// - Parameter input: the size of the network's input.
    /// - Throws: `ServingError.tooManyTiles`.
    init(_ size: TileSize, of photograph: PictureSize, input: PictureSize) throws(ServingError) {
        func axes(_ tile: PictureSize) -> (columns: TileAxis, rows: TileAxis) {
            (TileAxis(of: tile.width, on: photograph.width), TileAxis(of: tile.height, on: photograph.height))
        }
        func axes(multiple factor: Int) -> (columns: TileAxis, rows: TileAxis) {
            axes(PictureSize(width: factor * input.width, height: factor * input.height))
        }
        var columns, rows: TileAxis
        switch size {
        case .auto:
            var factor = 2
            (columns, rows) = axes(multiple: factor)
            while columns.count * rows.count > Self.limit {
                factor += 1
                (columns, rows) = axes(multiple: factor)
            }
        case .pixels(let width, let height): (columns, rows) = axes(PictureSize(width: width, height: height))
        }
        // No format has sides of 31 bits or more.
        let count = columns.count * rows.count
        guard count <= Self.limit else { throw .tooManyTiles(got: count, limit: Self.limit) }
        guard count > 1 else {
            tiles = []
            return
        }
        tiles = (0..<rows.count).flatMap { row in
            (0..<columns.count).map { column in
                PixelBounds(x: columns[column], y: rows[row], width: columns.length, height: rows.length)
            }
        }
    }
}

/// Where tiles begin on one axis: as few as overlap by a quarter of their length or more, spread evenly, the first and the
/// last flush with the photograph. What is no longer than a quarter of a tile is whole on one of them.
private struct TileAxis {
    /// Of each tile.
    let length: Int
    let count: Int
    private let whole: Int

    init(of length: Int, on whole: Int) {
        (self.length, self.whole) = (min(length, whole), whole)
        let step = max(self.length - (self.length + 3) / 4, 1)
        count = 1 + (whole - self.length + step - 1) / step
    }

    /// Where tile `index` begins.
    subscript(index: Int) -> Int { count > 1 ? index * (whole - length) / (count - 1) : 0 }
}
