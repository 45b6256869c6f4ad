import FoveaNN
import FoveaTensor

/// MobileNet (https://arxiv.org/abs/1704.04861): depthwise convolutions, each followed by a 1×1 one.
struct MobileNetV1: ConvolutionalClassifier {
    let stem: ConvNorm
    private let blocks: [MBConv]
    let classifier: Linear

    /// Where an implementation keeps the weights.
    struct Keys: Sendable {
        let stem: (convolution: String, norm: String)
        /// Of block `stage`.`index`, which is the `number`-th; all count from 0.
        let block: @Sendable (_ stage: Int, _ index: Int, _ number: Int) -> String
        /// Of convolution and norm below the block's.
        let depthwise: (convolution: String, norm: String)
        let pointwise: (convolution: String, norm: String)
        let classifier: String

        /// timm, `mobilenetv1_100`.
        static let timm = Keys(
            stem: ("conv_stem", "bn1"), block: { stage, index, _ in "blocks.\(stage).\(index)" },
            depthwise: ("conv_dw", "bn1"), pointwise: ("conv_pw", "bn2"), classifier: "classifier")
        /// The port with everything in one sequence, by wjc852456.
        static let sequence = Keys(
            stem: ("model.0.0", "model.0.1"), block: { _, _, number in "model.\(number + 1)" },
            depthwise: ("0", "1"), pointwise: ("3", "4"), classifier: "fc")
    }

    /// Output channels of the blocks of each stage; a stage begins with stride 2, but the first.
    private static let stages = [[64], [128, 128], [256, 256], [512, 512, 512, 512, 512, 512], [1024, 1024]]

    init(_ weights: Weights, _ keys: Keys, activation: Activation) throws(CheckpointError) {
        func layer(
            _ keys: (convolution: String, norm: String), below path: Weights, _ geometry: ConvNorm.Geometry
        ) throws(CheckpointError) -> ConvNorm {
            try ConvNorm(
                path.at(keys.convolution), norm: path.at(keys.norm), geometry, epsilon: 1e-5, activation: activation)
        }
        stem = try layer(keys.stem, below: weights, .init(input: 3, output: 32, kernel: 3, stride: 2))
        var blocks: [MBConv] = []
        var input = 32
        for (stage, outputs) in Self.stages.enumerated() {
            for (index, output) in outputs.enumerated() {
                let block = weights.at(keys.block(stage, index, blocks.count))
                let stride = index == 0 && stage > 0 ? 2 : 1
                blocks.append(
                    MBConv(
                        depthwise: try layer(
                            keys.depthwise, below: block,
                            .init(input: input, output: input, kernel: 3, stride: stride, groups: input)),
                        project: try layer(keys.pointwise, below: block, .init(input: input, output: output))))
                input = output
            }
        }
        self.blocks = blocks
        classifier = try Linear(classifier: weights.at(keys.classifier), input: input)
    }

    func features(_ y: Tensor) throws(Cancelled) -> Tensor { try blocks(y).meanOverPixels() }

    static let architectures = [
        Architecture("mobilenetv1_100", input: .centre(224, of: 256, .bicubic, .half)) {
            weights throws(CheckpointError) in
            try MobileNetV1(weights, .timm, activation: .relu6)
        },
        Architecture("mobilenet_v1", input: .centre(224, of: 256, .bilinear)) { weights throws(CheckpointError) in
            try MobileNetV1(weights, .sequence, activation: .relu)
        },
    ]
}
