import CKernels

/// How a depthwise convolution is cut into parts that are computed one by one: bands of output rows times chunks of
/// channels. Of an expanded image a part is small enough to stay in the second-level cache between the two steps.
struct DepthwiseTiling {
    let bands: Int
    let chunks: Int
    var parts: Int { bands * chunks }
    private let OH: Int
    private let C: Int
    private let chunkChannels: Int

    init(_ w: fovea_window, isExpanded: Bool) {
        (OH, C) = (w.OH, w.C)
        if isExpanded {
            let panel = Kernels.selected.panel_columns
            // A whole image of few channels where that fits; else a band of it.
            let fitting = Self.partFloats / max(w.H * w.W, 1) / panel * panel
            let sharing = (w.C / Self.leastParts + panel - 1) / panel * panel
            chunkChannels = max(panel, min(fitting, sharing))
            let rowFloats = w.W * chunkChannels
            let rows = max(1, (Self.partFloats / max(rowFloats, 1) - w.KH) / w.stride + 1)
            bands = (w.OH + rows - 1) / max(rows, 1)
            chunks = (w.C + chunkChannels - 1) / chunkChannels
        } else {
            chunkChannels = w.C
            chunks = 1
            bands = min(w.OH, Self.leastParts)
        }
    }

    /// The floats of the expanded part of an image that is in work.
    private static let partFloats = 96 * 1024
    /// As many parts keep a few threads equally busy.
    private static let leastParts = 8

    func rows(band: Int) -> Range<Int> { OH * band / bands..<OH * (band + 1) / bands }
    func channels(chunk: Int) -> Range<Int> { chunk * chunkChannels..<min(C, (chunk + 1) * chunkChannels) }
}
