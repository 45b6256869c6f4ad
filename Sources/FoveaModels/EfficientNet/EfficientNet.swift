import FoveaNN
import FoveaTensor

/// EfficientNet (https://arxiv.org/abs/1905.11946) and EfficientNet-Lite.
struct EfficientNet: ConvolutionalClassifier {
    let stem: ConvNorm
    let blocks: [MBConv]
    let head: ConvNorm
    let classifier: Linear

    /// Takes every tensor of `checkpoint`; throws what names the key if one is missing, misshapen or left over.
    ///
    /// - Parameter epsilon: of the batch norms; the checkpoint doesn't have it.
    init(
        _ checkpoint: Checkpoint, _ plan: EfficientNetPlan, epsilon: Double, activation: Activation,
        precision: Precision
    ) throws(CheckpointError) {
        let weights = Weights(checkpoint, precision: precision)
        let classes = try plan.classes(in: checkpoint.entries)
        stem = try plan.stem.make(weights, epsilon: epsilon, activation: activation)
        var blocks: [MBConv] = []
        for block in plan.blocks {
            blocks.append(try MBConv(weights, block, epsilon: epsilon, activation: activation))
        }
        self.blocks = blocks
        head = try plan.head.make(weights, epsilon: epsilon, activation: activation)
        classifier = try Linear(weights.at(plan.classifier), input: plan.head.geometry.output, output: classes)
        try weights.finish()
    }

    func features(_ y: Tensor) throws(Cancelled) -> Tensor { try head(blocks(y)).meanOverPixels() }
}
