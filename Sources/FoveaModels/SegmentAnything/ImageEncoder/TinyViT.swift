import FoveaNN
import FoveaTensor

/// MobileSAM's image encoder, TinyViT-5M (https://arxiv.org/abs/2306.14289, https://arxiv.org/abs/2207.10666),
/// `modeling/tiny_vit_sam.py`: one stage of convolutions, three of attention within windows, the last two at one
/// resolution.
///
/// | Key | Content |
/// | --- | ------- |
/// | `patch_embed.seq.{0,2}` | 3×3 convolutions with stride 2 |
/// | `layers.0.blocks.{0,1}` | inverted bottlenecks |
/// | `layers.{1,2,3}.blocks.*` | see `TinyViTBlock` |
/// | `layers.{0,1,2}.downsample` | see `PatchMerging` |
/// | `neck.*` | see `EncoderNeck` |
struct TinyViT: ImageEncoder {
    private let stem: [ConvNorm]
    let stages: [Stage]
    let neck: EncoderNeck

    struct Stage {
        let convolutions: [InvertedBottleneck]
        let attentions: [TinyViTBlock]
        let merging: PatchMerging?
    }

    /// Table 9 of TinyViT's paper, the 5M column, with the windows of MobileSAM: channels, blocks, side of a window.
    private static let plan = [(64, 2, 0), (128, 2, 7), (160, 6, 14), (320, 2, 7)]

    init(_ weights: Weights) throws(CheckpointError) {
        let patches = weights.at("patch_embed.seq")
        stem = [
            try ConvNorm(tiny: patches[0], .init(input: 3, output: 32, kernel: 3, stride: 2), activation: .gelu),
            try ConvNorm(tiny: patches[2], .init(input: 32, output: 64, kernel: 3, stride: 2)),
        ]
        var stages: [Stage] = []
        for (index, (C, count, window)) in Self.plan.enumerated() {
            let layer = weights["layers"][index]
            let isLast = index == Self.plan.count - 1
            var (convolutions, attentions): ([InvertedBottleneck], [TinyViTBlock]) = ([], [])
            for number in 0..<count {
                let block = layer["blocks"][number]
                if window == 0 {
                    convolutions.append(try InvertedBottleneck(block, channels: C))
                } else {
                    attentions.append(try TinyViTBlock(block, channels: C, window: window))
                }
            }
            stages.append(
                Stage(
                    convolutions: convolutions, attentions: attentions,
                    merging: isLast
                        ? nil : try PatchMerging(layer["downsample"], input: C, output: Self.plan[index + 1].0)))
        }
        self.stages = stages
        neck = try EncoderNeck(weights["neck"], input: 320)
        // The classifier that it was trained with.
        weights.ignore("norm_head")
        weights.ignore("head")
    }

    func embedding(_ x: Tensor) throws(Cancelled) -> Tensor {
        var y = patches(x)
        for stage in stages {
            y = try stage.attentions(stage.convolutions(y))
            if let merging = stage.merging { y = merging(y) }
        }
        return neck(y)
    }

    func patches(_ x: Tensor) -> Tensor { stem.reduce(x) { y, layer in layer(y) } }
}

extension ConvNorm {
    /// A convolution of TinyViT's, with its norm.
    init(tiny weights: Weights, _ geometry: Geometry, activation: Activation = .none) throws(CheckpointError) {
        try self.init(weights["c"], norm: weights["bn"], geometry, epsilon: 1e-5, activation: activation)
    }
}

/// Four times the channels, each filtered, and back; the activation comes after the input is added.
struct InvertedBottleneck: Layer {
    private let expand, filter, project: ConvNorm

    init(_ weights: Weights, channels C: Int) throws(CheckpointError) {
        let hidden = 4 * C
        expand = try ConvNorm(tiny: weights["conv1"], .init(input: C, output: hidden), activation: .gelu)
        filter = try ConvNorm(
            tiny: weights["conv2"], .init(input: hidden, output: hidden, kernel: 3, groups: hidden),
            activation: .gelu)
        project = try ConvNorm(tiny: weights["conv3"], .init(input: hidden, output: C), activation: .gelu)
    }

    func callAsFunction(_ x: Tensor) -> Tensor { filter(x, after: expand, then: project, residual: x) }
}

/// More channels for half the resolution; for the last stage the resolution stays.
struct PatchMerging: Layer {
    private let expand, filter, project: ConvNorm

    init(_ weights: Weights, input: Int, output: Int) throws(CheckpointError) {
        let stride = output == 320 ? 1 : 2
        expand = try ConvNorm(tiny: weights["conv1"], .init(input: input, output: output), activation: .gelu)
        filter = try ConvNorm(
            tiny: weights["conv2"], .init(input: output, output: output, kernel: 3, stride: stride, groups: output),
            activation: .gelu)
        project = try ConvNorm(tiny: weights["conv3"], .init(input: output, output: output))
    }

    func callAsFunction(_ x: Tensor) -> Tensor { filter(x, after: expand, then: project, residual: nil) }
}
