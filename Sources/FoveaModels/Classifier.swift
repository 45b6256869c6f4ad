public import FoveaTensor

/// A network that gives one score a class.
public protocol Classifier: Sendable {
    /// The number of classes.
    var classes: Int { get }

    /// The logits `[N, classes]` of the normalised images `[N, H, W, 3]`.
    func logits(_ x: Tensor) -> Tensor

    /// The logits `[N, classes]` of images that are not normalised yet.
    func logits(_ pixels: PixelBatch) -> Tensor
}

extension Classifier {
    public func logits(_ pixels: PixelBatch) -> Tensor { logits(pixels.normalised()) }
}
