import CKernels

/// How a depthwise convolution that is projected at once is cut into parts: bands of output rows times strips of output
/// columns, each computed from top to bottom in steps of a few rows.
struct ProjectionTiling {
    let stepRows: Int
    private let OH, OW, bands, strips: Int
    var parts: Int { bands * strips }

    init(_ w: fovea_window) {
        (OH, OW) = (w.OH, w.OW)
        strips = max(1, min(OW, (OW * w.C + Self.rowFloats / 2) / Self.rowFloats))
        // The columns that two strips and the rows that two bands have in common are expanded twice.
        bands = max(1, min(OH, (Self.leastParts + strips - 1) / strips))
        let (read, made) = (w.W / strips * w.C, OW / strips * w.C)
        let fitting = (Self.stepFloats - w.KH * read) / max(1, w.stride * read + made)
        stepRows = max(1, min(fitting, (OH + bands - 1) / bands))
    }

    /// Whether projecting at once pays: where the filtered images don't fit the second-level cache. In smaller ones, what
    /// two parts have in common would be expanded twice for nothing.
    static func isWorthwhile(_ w: fovea_window) -> Bool { w.OH * w.OW * w.C >= 256 * 1024 }

    /// The output rows and columns of a part.
    func part(_ number: Int) -> (rows: Range<Int>, columns: Range<Int>) {
        let (band, strip) = number.quotientAndRemainder(dividingBy: strips)
        return (
            OH * band / bands..<OH * (band + 1) / bands, OW * strip / strips..<OW * (strip + 1) / strips
        )
    }

    /// The floats of a filtered row of a strip, more or less: a part of the first-level cache.
    private static let rowFloats = 16 * 1024
    /// The floats that a step reads and makes: a part of the second-level cache.
    private static let stepFloats = 160 * 1024
    /// As many parts, or a multiple of it, keep a few threads equally busy.
    private static let leastParts = 8
}
