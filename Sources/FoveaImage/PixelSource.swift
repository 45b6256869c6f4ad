/// Rows of a decoded picture, whose `pixels` must outlive this.
final class PixelSource: RowSource {
    let rows: Int
    let firstColumn = 0
    private let pixels: UnsafePointer<UInt8>
    private let rowBytes: Int
    private var y = 0

    init(_ pixels: UnsafePointer<UInt8>, width: Int, height: Int) {
        (self.pixels, rowBytes, rows) = (pixels, 3 * width, height)
    }

    func nextRow() -> UnsafePointer<UInt8> {
        precondition(y < rows, "the picture has \(rows) rows")
        y += 1
        return pixels + (y - 1) * rowBytes
    }

    func skip(rows count: Int) { y += count }

    func finish() {}
}
