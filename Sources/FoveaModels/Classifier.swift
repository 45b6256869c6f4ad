import FoveaNN
public import FoveaTensor

/// A network that gives one score a class.
public protocol Classifier: Sendable {
    /// The number of classes.
    var classes: Int { get }

    /// The logits `[N, classes]` of the normalised images `[N, H, W, 3]`; throws when nobody waits for them any more.
    func logits(_ x: Tensor) throws(Cancelled) -> Tensor

    /// The logits `[N, classes]` of images that are not normalised yet.
    func logits(_ pixels: PixelBatch) throws(Cancelled) -> Tensor
}

extension Classifier {
    public func logits(_ pixels: PixelBatch) throws(Cancelled) -> Tensor { try logits(pixels.normalised()) }
}

/// A classifier that begins with a convolution, which reads pixels as they are.
protocol ConvolutionalClassifier: Classifier {
    var stem: ConvNorm { get }
    var classifier: Linear { get }

    /// The features `[N, C]` of images after the stem, one row for the classifier per image.
    func features(_ y: Tensor) throws(Cancelled) -> Tensor
}

extension ConvolutionalClassifier {
    public var classes: Int { classifier.outputs }
    public func logits(_ x: Tensor) throws(Cancelled) -> Tensor { try classifier(features(stem(x))) }
    public func logits(_ pixels: PixelBatch) throws(Cancelled) -> Tensor {
        try classifier(features(stem(pixels)))
    }
}
