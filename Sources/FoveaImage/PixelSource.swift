/// Rows of a decoded picture, whose `pixels` must outlive this.
final class PixelSource: RowSource {
    let rows: Int
    let firstColumn = 0
    private let pixels: UnsafePointer<UInt8>
    let rowBytes: Int
    /// A copy of the rows asked for, with slack.
    private let batch: UnsafeMutablePointer<UInt8>
    private var y = 0

    init(_ pixels: UnsafePointer<UInt8>, width: Int, height: Int) {
        (self.pixels, rowBytes, rows) = (pixels, 3 * width, height)
        batch = .rows(of: rowBytes)
    }

    deinit { batch.deallocate() }

    func next(rows count: Int) -> UnsafePointer<UInt8> {
        precondition(count <= rows - y, "the picture has \(rows) rows")
        batch.update(from: pixels + y * rowBytes, count: count * rowBytes)
        y += count
        return UnsafePointer(batch)
    }

    func skip(rows count: Int) { y += count }

    func finish() {}
}
