import CKernels

/// The most rows that are read at once: few enough to stay in the processor's cache.
let rowsAtOnce = 8

/// A picture as a stream of RGB rows, top to bottom as stored.
///
/// Each of the `rows` is either read or skipped, then comes `finish`.
protocol RowSource<Failure>: AnyObject {
    associatedtype Failure: Error

    var rows: Int { get }
    /// The column that rows begin with: 0, or more when columns are left out.
    var firstColumn: Int { get }
    /// Bytes from one row to the next.
    var rowBytes: Int { get }
    /// Makes the next rows, `rowsAtOnce` at most. What is returned points to the pixel of the first in column
    /// `firstColumn`, until the next call. Behind the last row `FOVEA_ROW_SLACK` more bytes can be read.
    func next(rows count: Int) throws(Failure) -> UnsafePointer<UInt8>
    /// Passes over `count` rows.
    func skip(rows count: Int) throws(Failure)
    /// Checks that the picture ends as it should, after the last row.
    func finish() throws(Failure)
}

/// A decoder of one encoded picture, a source of rows after `start`.
protocol RowReader: RowSource where Failure == ImageError {
    var header: ImageHeader { get }
    /// Pixels as stored, before orientation.
    var storedWidth: Int { get }
    var storedHeight: Int { get }
    /// The divisors of its size that the format can decode at, ascending.
    var denominators: [Int] { get }
    /// Bytes that decoding holds besides `rowsAtOnce` rows.
    var heldBytes: Int { get }

    /// Starts decoding at 1/`denominator` of the size, rounded up. Only `columns` of each row will be looked at.
    func start(denominator: Int, columns: Range<Int>) throws(ImageError)
}

extension UnsafeMutablePointer<UInt8> {
    /// Memory for `rowsAtOnce` rows of `bytes` bytes and the slack behind them, to be deallocated.
    static func rows(of bytes: Int) -> Self {
        let count = rowsAtOnce * bytes + Int(FOVEA_ROW_SLACK)
        let rows = allocate(capacity: count)
        rows.initialize(repeating: 0, count: count)
        return rows
    }
}

extension RowReader {
    var orientation: Orientation { Orientation(rawValue: header.orientation) ?? .upright }
}

/// Opens `bytes`, which must outlive the reader, reads the header and holds it against `limits`.
func openReader(of bytes: UnsafeBufferPointer<UInt8>, limits: ImageLimits) throws(ImageError) -> any RowReader {
    switch ImageFormat(of: bytes) {
    case .jpeg: try JPEGReader(bytes, limits: limits)
    case .png: try PNGReader(bytes, limits: limits)
    case nil: throw .unsupportedType
    }
}
