import CPNG

/// Decodes a PNG file row by row.
final class PNGReader: RowReader {
    let header: ImageHeader
    let storedWidth: Int
    let storedHeight: Int
    let denominators = [1]
    let firstColumn = 0
    var rows: Int { storedHeight }
    let heldBytes: Int

    private let png: OpaquePointer
    private let limits: ImageLimits
    let rowBytes: Int
    /// Rows of RGB.
    private let batch: UnsafeMutablePointer<UInt8>

    init(_ bytes: UnsafeBufferPointer<UInt8>, limits: ImageLimits) throws(ImageError) {
        let chunks = try PNGChunks(of: ByteReader(bytes: bytes), limits: limits)
        let libraryLimits = fovea_png_limits(
            max_side: UInt32(clamping: limits.side), max_cpu_seconds: limits.decodeTime)
        guard let png = fovea_png_open(bytes.baseAddress, bytes.count, libraryLimits) else { throw .outOfMemory }
        var details = fovea_png_header()
        let status = fovea_png_read_header(png, &details)
        self.png = png
        self.limits = limits
        (storedWidth, storedHeight) = (chunks.width, chunks.height)
        heldBytes = Int(clamping: details.interlaced_bytes)
        rowBytes = chunks.width * 3
        batch = .rows(of: rowBytes)
        header = ImageHeader(
            format: .png, storedWidth: storedWidth, storedHeight: storedHeight, orientation: chunks.orientation)
        try check(status)
        guard details.width == chunks.width, details.height == chunks.height else {
            throw .broken(reason: "the header chunk is given twice")
        }
    }

    deinit {
        fovea_png_close(png)
        batch.deallocate()
    }

    func start(denominator: Int, columns: Range<Int>) throws(ImageError) {}

    func next(rows count: Int) throws(ImageError) -> UnsafePointer<UInt8> {
        for row in 0..<count { try check(fovea_png_read_row(png, batch + row * rowBytes)) }
        return UnsafePointer(batch)
    }

    func skip(rows count: Int) throws(ImageError) {
        for _ in 0..<count { _ = try next(rows: 1) }
    }

    func finish() throws(ImageError) {
        try check(fovea_png_finish(png))
    }

    private func check(_ status: fovea_png_status) throws(ImageError) {
        switch status {
        case FOVEA_PNG_OK: return
        case FOVEA_PNG_TOO_SLOW: throw .tooSlow(limit: limits.decodeTime)
        case FOVEA_PNG_OUT_OF_MEMORY: throw .outOfMemory
        default: throw .broken(reason: String(cString: fovea_png_message(png)))
        }
    }
}
