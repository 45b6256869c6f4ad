import FoveaNN
import FoveaTensor

/// The layers of one EfficientNet in order, with their keys and shapes: what is needed to make it from a checkpoint, and
/// to tell whether a checkpoint is one.
struct EfficientNetPlan {
    struct Convolution {
        let keys: EfficientNetKeys.Convolution
        let geometry: ConvNorm.Geometry

        func make(
            _ weights: Weights, epsilon: Double, activation: Activation
        ) throws(CheckpointError) -> ConvNorm {
            try ConvNorm(
                weights.at(keys.convolution), norm: weights.at(keys.norm), geometry, epsilon: epsilon,
                activation: activation)
        }
    }

    struct Squeeze {
        let reduce: String
        let excite: String
        let channels: Int
        let squeezed: Int
    }

    struct Block {
        let expand: Convolution?
        let depthwise: Convolution
        let squeeze: Squeeze?
        let project: Convolution
        let isResidual: Bool
    }

    let stem: Convolution
    private(set) var blocks: [Block] = []
    let head: Convolution
    /// The key of the last layer.
    let classifier: String

    init(_ size: EfficientNetSize, _ keys: EfficientNetKeys, padding: Padding) {
        stem = Convolution(
            keys: keys.stem, geometry: .init(input: 3, output: size.stem, kernel: 3, stride: 2, padding: padding))
        var input = size.stem
        for (stageIndex, stage) in size.stages.enumerated() {
            for index in 0..<stage.repeats {
                let prefix = keys.blockKey(stage: stageIndex + 1, index: index, number: blocks.count)
                let stride = index == 0 ? stage.stride : 1
                blocks.append(
                    Block(
                        stage, input: input, stride: stride, padding: padding, hasSqueeze: !size.isLite,
                        (stage.expansion == 1 ? keys.plain : keys.expanding).below(prefix)))
                input = stage.output
            }
        }
        head = Convolution(keys: keys.head, geometry: .init(input: input, output: size.head))
        classifier = keys.classifier
    }
}

extension EfficientNetPlan.Block {
    /// The layers of one block of `stage`.
    init(
        _ stage: EfficientNetSize.Stage, input: Int, stride: Int, padding: Padding, hasSqueeze: Bool,
        _ keys: EfficientNetKeys.Block
    ) {
        let hidden = input * stage.expansion
        expand = keys.expand.map { .init(keys: $0, geometry: .init(input: input, output: hidden)) }
        depthwise = .init(
            keys: keys.depthwise,
            geometry: .init(
                input: hidden, output: hidden, kernel: stage.kernel, stride: stride, groups: hidden, padding: padding))
        // A quarter of the block's input, not of what it was expanded to.
        squeeze =
            hasSqueeze
            ? .init(reduce: keys.reduce, excite: keys.excite, channels: hidden, squeezed: max(1, input / 4)) : nil
        project = .init(keys: keys.project, geometry: .init(input: hidden, output: stage.output))
        isResidual = stride == 1 && input == stage.output
    }
}

extension EfficientNetKeys.Block {
    /// The keys with the block's own in front.
    fileprivate func below(_ prefix: String) -> EfficientNetKeys.Block {
        func full(_ keys: EfficientNetKeys.Convolution) -> EfficientNetKeys.Convolution {
            .init(prefix + keys.convolution, prefix + keys.norm)
        }
        return EfficientNetKeys.Block(
            expand: expand.map(full), depthwise: full(depthwise), reduce: prefix + reduce, excite: prefix + excite,
            project: full(project))
    }
}
