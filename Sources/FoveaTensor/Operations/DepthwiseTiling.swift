import CKernels

/// How a depthwise convolution is cut into parts that are computed one by one: bands of output rows times chunks of
/// channels. What is made for a part, or of it, stays in the second-level cache until the next step.
struct DepthwiseTiling {
    let bands: Int
    let chunks: Int
    var parts: Int { bands * chunks }
    private let OH: Int
    private let C: Int
    private let chunkChannels: Int

    private init(_ w: fovea_window, bands: Int, chunkChannels: Int) {
        (OH, C, self.bands, self.chunkChannels) = (w.OH, w.C, bands, chunkChannels)
        chunks = (w.C + chunkChannels - 1) / max(chunkChannels, 1)
    }

    /// Of images that are there.
    init(_ w: fovea_window) { self.init(w, bands: min(w.OH, Self.leastParts), chunkChannels: w.C) }

    /// Of images that are expanded part by part.
    init(expanding w: fovea_window) {
        let panel = Kernels.selected.panel_columns
        // A whole image of few channels where that fits; else a band of it.
        let fitting = Self.partFloats / max(w.H * w.W, 1) / panel * panel
        let sharing = (w.C / Self.leastParts + panel - 1) / panel * panel
        let chunkChannels = max(panel, min(fitting, sharing))
        let rowFloats = w.W * chunkChannels
        let rows = max(1, (Self.partFloats / max(rowFloats, 1) - w.KH) / w.stride + 1)
        self.init(w, bands: (w.OH + rows - 1) / max(rows, 1), chunkChannels: chunkChannels)
    }

    /// The floats of the part of an image that is in work.
    private static let partFloats = 96 * 1024
    /// As many parts, or a multiple of it, keep a few threads equally busy.
    private static let leastParts = 8

    func rows(band: Int) -> Range<Int> { OH * band / bands..<OH * (band + 1) / bands }
    func channels(chunk: Int) -> Range<Int> { chunk * chunkChannels..<min(C, (chunk + 1) * chunkChannels) }
}
