/// Why bytes can't become a picture.
public enum ImageError: Error, Equatable {
    /// Neither JPEG nor PNG.
    case unsupportedType
    /// JPEG or PNG, but of a kind that the libraries can't decode: lossless or 12-bit JPEG, unknown colour spaces.
    case unsupportedVariant(reason: String)
    /// Corrupt or cut off; `reason` is the library's or ours.
    case broken(reason: String)
    case tooManyPixels(got: Int, limit: Int)
    case sideTooLong(got: Int, limit: Int)
    /// Decoding took more than `limit` seconds of processor time.
    case tooSlow(limit: Double)
    case tooManyScans(limit: Int)
    /// Decoding would hold more than `limit` bytes.
    case tooMuchMemory(got: Int, limit: Int)
    /// More ancillary PNG chunks than `limit`.
    case tooManyChunks(limit: Int)
    /// An ancillary PNG chunk of `got` bytes.
    case chunkTooLong(got: Int, limit: Int)
    /// The machine has no memory left.
    case outOfMemory
}

extension ImageError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unsupportedType: "not an image this program reads: JPEG and PNG are"
        case .unsupportedVariant(let reason): "this kind of JPEG is not supported: \(reason)"
        case .broken(let reason): "the image is broken: \(reason)"
        case .tooManyPixels(let got, let limit): "the image has \(got) pixels; at most \(limit) are accepted"
        case .sideTooLong(let got, let limit): "a side of the image is \(got) pixels; at most \(limit) are accepted"
        case .tooSlow(let limit): "decoding the image takes more than \(limit) s"
        case .tooManyScans(let limit): "the image has more than \(limit) scans"
        case .tooMuchMemory(let got, let limit): "decoding the image takes \(got) bytes; at most \(limit) are allowed"
        case .tooManyChunks(let limit): "the image has more than \(limit) ancillary chunks"
        case .chunkTooLong(let got, let limit): "an ancillary chunk has \(got) bytes; at most \(limit) are accepted"
        case .outOfMemory: "no memory left to decode the image"
        }
    }
}
