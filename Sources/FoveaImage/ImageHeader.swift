/// The formats Fovea reads and writes.
public enum ImageFormat: String, Sendable {
    case jpeg
    case png

    /// The format that the first bytes announce; names and headers don't count.
    init?(of bytes: UnsafeBufferPointer<UInt8>) {
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if bytes.starts(with: PNGChunks.signature) {
            self = .png
        } else {
            return nil
        }
    }

    /// The format that the first of `bytes` announce; nil for any that is not read here.
    public init?(of bytes: ArraySlice<UInt8>) {
        guard let format = bytes.withUnsafeBufferPointer({ ImageFormat(of: $0) }) else { return nil }
        self = format
    }
}

/// What can be said of a picture without decoding it.
public struct ImageHeader: Sendable, Equatable {
    public let format: ImageFormat
    /// Width in pixels of the upright picture.
    public let width: Int
    /// Height in pixels of the upright picture.
    public let height: Int
    /// The EXIF orientation the picture is stored in, 1…8; 1 is upright.
    public let orientation: Int

    /// Reads the header at the start of `bytes`. Cheap: decodes nothing.
    ///
    /// - Throws: also when the picture is over `limits`.
    public init(reading bytes: ArraySlice<UInt8>, limits: ImageLimits = .default) throws(ImageError) {
        self = try bytes.withUnsafeBufferPointer { (buffer) throws(ImageError) in
            try openReader(of: buffer, limits: limits).header
        }
    }

    init(format: ImageFormat, storedWidth: Int, storedHeight: Int, orientation: Orientation) {
        self.format = format
        width = orientation.swapsAxes ? storedHeight : storedWidth
        height = orientation.swapsAxes ? storedWidth : storedHeight
        self.orientation = orientation.rawValue
    }
}
