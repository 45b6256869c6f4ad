import CJPEG

/// Decodes a JPEG file row by row.
final class JPEGReader: RowReader {
    let header: ImageHeader
    let storedWidth: Int
    let storedHeight: Int
    let denominators = [1, 2, 4, 8]
    let heldBytes: Int

    private let jpeg: OpaquePointer
    private let limits: ImageLimits
    /// Columns of one coding unit at full size.
    private let unitWidth: Int
    private(set) var firstColumn = 0
    private(set) var rowBytes = 0
    /// Rows of RGB, from column `firstColumn` on.
    private var batch: UnsafeMutablePointer<UInt8>?
    private(set) var rows = 0
    private var passedRows = 0
    private var denominator = 1

    init(_ bytes: UnsafeBufferPointer<UInt8>, limits: ImageLimits) throws(ImageError) {
        guard let jpeg = fovea_jpeg_open(bytes.baseAddress, bytes.count) else { throw .outOfMemory }
        var frame = fovea_jpeg_header()
        let status = fovea_jpeg_read_header(jpeg, &frame)
        let orientation = Orientation(jpeg: ByteReader(bytes: bytes)) ?? .upright
        self.jpeg = jpeg
        self.limits = limits
        (storedWidth, storedHeight) = (Int(frame.width), Int(frame.height))
        unitWidth = Int(frame.mcu_width)
        heldBytes = Int(clamping: frame.coefficient_bytes)
        header = ImageHeader(
            format: .jpeg, storedWidth: storedWidth, storedHeight: storedHeight, orientation: orientation)
        if status == FOVEA_JPEG_OK || status == FOVEA_JPEG_TOO_LARGE {
            try limits.check(width: storedWidth, height: storedHeight)
        }
        try check(status)
    }

    deinit {
        fovea_jpeg_close(jpeg)
        batch?.deallocate()
    }

    func start(denominator: Int, columns: Range<Int>) throws(ImageError) {
        let limits = fovea_jpeg_limits(
            max_scans: Int32(clamping: limits.progressiveScans), max_cpu_seconds: limits.decodeTime,
            max_memory: limits.decodeMemory)
        var (width, height): (UInt32, UInt32) = (0, 0)
        try check(fovea_jpeg_start(jpeg, UInt32(denominator), limits, &width, &height))
        (self.denominator, rows) = (denominator, Int(height))
        let count = try cropped(to: columns, of: Int(width))
        guard rows * denominator >= storedHeight, firstColumn <= columns.lowerBound,
            columns.upperBound <= firstColumn + count
        else { throw .broken(reason: "the decoder gives a picture of another size") }
        rowBytes = 3 * count
        batch = .rows(of: rowBytes)
    }

    /// Leaves out columns that nobody looks at. Returns how many are left.
    ///
    /// Colour is interpolated across the ends of what is decoded, so one coding unit more is decoded on either side:
    /// the columns asked for keep their exact values.
    private func cropped(to columns: Range<Int>, of width: Int) throws(ImageError) -> Int {
        let margin = unitWidth / denominator + 1
        let wanted = max(0, columns.lowerBound - margin)..<min(width, columns.upperBound + margin)
        guard wanted.count * 8 < width * 7 else { return width }
        var (first, count) = (UInt32(wanted.lowerBound), UInt32(wanted.count))
        try check(fovea_jpeg_crop(jpeg, &first, &count))
        firstColumn = Int(first)
        return Int(count)
    }

    func next(rows count: Int) throws(ImageError) -> UnsafePointer<UInt8> {
        guard let batch else { preconditionFailure("rows are read after start") }
        passedRows += count
        try check(fovea_jpeg_read_rows(jpeg, batch, rowBytes, UInt32(count)))
        return UnsafePointer(batch)
    }

    func skip(rows count: Int) throws(ImageError) {
        // libjpeg would not look at the data of rows that are skipped to the very end, and find nothing wrong with them:
        // the last row is decoded.
        let isTail = count > 0 && passedRows + count == rows
        let skipped = isTail ? count - 1 : count
        passedRows += skipped
        try check(fovea_jpeg_skip_rows(jpeg, UInt32(skipped)))
        if isTail { _ = try next(rows: 1) }
    }

    func finish() throws(ImageError) {
        try check(fovea_jpeg_finish(jpeg))
    }

    private func check(_ status: fovea_jpeg_status) throws(ImageError) {
        switch status {
        case FOVEA_JPEG_OK: return
        case FOVEA_JPEG_UNSUPPORTED: throw .unsupportedVariant(reason: message)
        case FOVEA_JPEG_TOO_SLOW: throw .tooSlow(limit: limits.decodeTime)
        case FOVEA_JPEG_TOO_MANY_SCANS: throw .tooManyScans(limit: limits.progressiveScans)
        case FOVEA_JPEG_OUT_OF_MEMORY: throw .outOfMemory
        default: throw .broken(reason: message)
        }
    }

    private var message: String { String(cString: fovea_jpeg_message(jpeg)) }
}
