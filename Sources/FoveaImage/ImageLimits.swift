/// What decoding one picture may cost. All of it is checked from the header, before memory is taken, except time and scans.
public struct ImageLimits: Sendable, Equatable {
    public static let `default` = ImageLimits()

    /// Pixels of the whole picture.
    public var pixels = 50_000_000
    /// Pixels of the longer side.
    public var side = 16_384
    /// Bytes held at once: pixels, rows, and coefficients of a progressive JPEG.
    public var decodeMemory = 256 << 20
    /// Seconds of processor time on the decoding thread, so that a busy machine refuses nothing.
    public var decodeTime = 2.0
    /// Scans of a progressive JPEG.
    public var progressiveScans = 100
    /// Ancillary PNG chunks, not counting text, colour profiles and the frames of an animation.
    public var ancillaryChunks = 128
    /// Bytes of one such chunk.
    public var ancillaryChunkBytes = 1 << 20

    public init() {}

    func check(width: Int, height: Int) throws(ImageError) {
        let longer = max(width, height)
        guard longer <= side else { throw .sideTooLong(got: longer, limit: side) }
        let (area, overflow) = width.multipliedReportingOverflow(by: height)
        guard !overflow, area <= pixels else { throw .tooManyPixels(got: overflow ? .max : area, limit: pixels) }
    }

    /// Adds up what decoding will hold, and refuses more than `decodeMemory`.
    func check(memory parts: Int...) throws(ImageError) {
        let total = parts.reduce(0) { sum, part in
            let (sum, overflow) = sum.addingReportingOverflow(part)
            return overflow ? .max : sum
        }
        guard total <= decodeMemory else { throw .tooMuchMemory(got: total, limit: decodeMemory) }
    }
}
