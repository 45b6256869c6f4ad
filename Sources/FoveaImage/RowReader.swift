/// A picture as a stream of RGB rows, top to bottom as stored.
///
/// Each of the `rows` is either read or skipped, then comes `finish`.
protocol RowSource<Failure>: AnyObject {
    associatedtype Failure: Error

    var rows: Int { get }
    /// The column that rows begin with: 0, or more when columns are left out.
    var firstColumn: Int { get }
    /// Makes the next row. What is returned points to its pixel in column `firstColumn`, until the next call.
    func nextRow() throws(Failure) -> UnsafePointer<UInt8>
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
    /// Bytes that decoding holds besides single rows.
    var heldBytes: Int { get }

    /// Starts decoding at 1/`denominator` of the size, rounded up. Only `columns` of each row will be looked at.
    func start(denominator: Int, columns: Range<Int>) throws(ImageError)
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
