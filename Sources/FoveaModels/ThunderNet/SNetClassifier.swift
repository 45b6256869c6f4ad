import FoveaNN
import FoveaTensor

/// ThunderNet's backbone as it was trained to classify, in the layout of the authors' release (`snet-training/`): its input
/// is blue, green, red, as the file has them.
///
/// | Key                   | Shape |
/// | --------------------- | ----- |
/// | see `SNet`            | |
/// | `classifier.0.weight` | `[classes, C5]` |
struct SNetClassifier: Classifier {
    private let backbone: SNet
    private let classifier: Linear
    var classes: Int { classifier.outputs }

    init(_ weights: Weights, _ size: SNet.Size) throws(CheckpointError) {
        backbone = try SNet(weights, size, isBGR: true, mixing: .evenOdd)
        classifier = try Linear(classifier: weights.at("classifier.0"), input: size.outputs, hasBias: false)
    }

    func logits(_ x: Tensor) throws(Cancelled) -> Tensor { classifier(try backbone(x).c5.meanOverPixels()) }
    func logits(_ pixels: PixelBatch) throws(Cancelled) -> Tensor {
        classifier(try backbone(pixels).c5.meanOverPixels())
    }

    static let architectures = SNet.Size.all.map { size in
        Architecture(size.name, input: .centre(224, of: 256, .bilinear, .none)) { weights throws(CheckpointError) in
            try SNetClassifier(weights, size)
        }
    }
}
