/// How the stored rows and columns of a picture lie in the upright one: the eight values of the EXIF tag.
enum Orientation: Int {
    case upright = 1
    case mirrored, rotated180, flipped, transposed, rotated90, transversed, rotated270

    /// Stored rows are columns of the upright picture.
    var swapsAxes: Bool { rawValue >= 5 }
    /// The first stored row is the last row (or column) of the upright picture.
    var reversesRows: Bool { [.rotated180, .flipped, .rotated90, .transversed].contains(self) }
    /// The first stored column is the last column (or row) of the upright picture.
    var reversesColumns: Bool { [.mirrored, .rotated180, .transversed, .rotated270].contains(self) }
}

/// Where the pixels of stored rows go in an upright canvas, counted in pixels of its row-major memory.
struct Placement {
    /// Place of the first pixel of the first stored row.
    let origin: Int
    /// Distance from one stored row to the next.
    let rowStep: Int
    /// Distance from one pixel of a stored row to the next.
    let columnStep: Int

    /// Places a rectangle of `width` × `height` upright pixels at (`left`, `top`) of a canvas `canvasWidth` wide.
    init(width: Int, height: Int, left: Int, top: Int, canvasWidth: Int, orientation: Orientation) {
        let rowAxis = orientation.swapsAxes ? (length: width, step: 1) : (length: height, step: canvasWidth)
        let columnAxis = orientation.swapsAxes ? (length: height, step: canvasWidth) : (length: width, step: 1)
        rowStep = orientation.reversesRows ? -rowAxis.step : rowAxis.step
        columnStep = orientation.reversesColumns ? -columnAxis.step : columnAxis.step
        origin =
            top * canvasWidth + left
            + (orientation.reversesRows ? (rowAxis.length - 1) * rowAxis.step : 0)
            + (orientation.reversesColumns ? (columnAxis.length - 1) * columnAxis.step : 0)
    }

    /// Writes the pixels of stored row `y`, `count` of them, to their places in `canvas`.
    func write(_ row: UnsafePointer<UInt8>, y: Int, count: Int, to canvas: UnsafeMutableBufferPointer<UInt8>) {
        var target = 3 * (origin + y * rowStep)
        if columnStep == 1 {
            let row = UnsafeBufferPointer(start: row, count: 3 * count)
            _ = UnsafeMutableBufferPointer(rebasing: canvas[target...]).update(fromContentsOf: row)
            return
        }
        for x in 0..<count {
            let pixel = row + 3 * x
            (canvas[target], canvas[target + 1], canvas[target + 2]) = (pixel[0], pixel[1], pixel[2])
            target += 3 * columnStep
        }
    }
}
