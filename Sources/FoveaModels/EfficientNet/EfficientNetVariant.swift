import FoveaNN
import FoveaTensor

/// An EfficientNet as one implementation published it. Padding and epsilon change the answer and not the shapes.
struct EfficientNetVariant: Sendable {
    let size: EfficientNetSize
    let keys: EfficientNetKeys
    let padding: Padding
    /// Of the batch norms: 1e-3 in TensorFlow and wherever its weights were taken over, else PyTorch's 1e-5.
    let epsilon: Double
    let input: InputSpecification

    var plan: EfficientNetPlan { EfficientNetPlan(size, keys, padding: padding) }

    func make(_ checkpoint: Checkpoint, precision: Precision) throws(CheckpointError) -> EfficientNet {
        try EfficientNet(
            checkpoint, plan, epsilon: epsilon, activation: size.isLite ? .relu6 : .silu, precision: precision)
    }
}

extension InputSpecification {
    /// A square of `side` out of the middle, after the shorter side became `shorterSide`.
    static func centre(
        _ side: Int, of shorterSide: Int, _ filter: Filter = .bicubic, _ normalisation: Normalisation = .imageNet
    ) -> InputSpecification {
        InputSpecification(
            height: side, width: side, resize: .shorterSide(shorterSide), filter: filter,
            mean: normalisation.mean, std: normalisation.std)
    }

    /// What pixels are shifted and scaled by.
    struct Normalisation: Sendable {
        let mean: [Float]
        let std: [Float]

        /// The statistics of ImageNet's training images.
        static let imageNet = Normalisation(mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375])
        /// What TensorFlow trains EfficientNet-Lite with.
        static let lite = Normalisation(mean: [127, 127, 127], std: [128, 128, 128])
        /// From -1 to 1.
        static let half = Normalisation(mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5])
        /// The pixels as they are.
        static let none = Normalisation(mean: [0, 0, 0], std: [1, 1, 1])
    }
}
