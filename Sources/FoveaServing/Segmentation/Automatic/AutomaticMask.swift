public import FoveaImage
import FoveaTensor

/// A mask that was found at a point of a grid.
public struct AutomaticMask: Sendable, Equatable {
    /// Of the size of the photograph.
    public internal(set) var mask: RunLengthMask
    /// From the first to the last pixels of the foreground, which is how the reference measures overlap; all zeros if there is
    /// none.
    var box: Box
    /// The network's own estimate of its intersection over union with the right one; it may be above 1.
    public let predictedIoU: Float
    /// How little the mask depends on the threshold, 0…1; nil where there is nothing to be compared.
    public let stabilityScore: Float?
    /// The point, in pixels of the photograph.
    public let x: Double
    public let y: Double
    /// The part of the photograph on which it was found.
    public let crop: ImageCrop

    /// The memory of the mask.
    var bytes: Int { mask.counts.count * MemoryLayout<UInt32>.stride }
}

extension Box {
    /// From the first to the last pixels of a rectangle, as the reference has boxes of masks.
    init(pixels: PixelBounds) {
        self.init(
            x0: Float(pixels.x), y0: Float(pixels.y), x1: Float(max(pixels.x + pixels.width - 1, 0)),
            y1: Float(max(pixels.y + pixels.height - 1, 0)))
    }
}
