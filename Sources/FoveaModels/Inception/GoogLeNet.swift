import FoveaNN
import FoveaTensor

/// GoogLeNet, or Inception v1 (https://arxiv.org/abs/1409.4842), with batch norms: torchvision's `models/googlenet.py`.
///
/// The published weights were trained on inputs of another normalisation than ImageNet's, which the network takes and
/// converts. The auxiliary heads are for training.
struct GoogLeNet: Classifier {
    let stem: ConvNorm
    /// What follows the stem's pool.
    let second: [ConvNorm]
    /// Modules between pools.
    let stages: [[Inception]]
    private let classifier: Linear
    var classes: Int { classifier.outputs }

    /// Outputs of the four branches of each module, with what the second and third are reduced to first.
    private static let stages: [[Inception.Size]] = [
        [.init("3a", 64, 96, 128, 16, 32, 32), .init("3b", 128, 128, 192, 32, 96, 64)],
        [
            .init("4a", 192, 96, 208, 16, 48, 64), .init("4b", 160, 112, 224, 24, 64, 64),
            .init("4c", 128, 128, 256, 24, 64, 64), .init("4d", 112, 144, 288, 32, 64, 64),
            .init("4e", 256, 160, 320, 32, 128, 128),
        ],
        [.init("5a", 256, 160, 320, 32, 128, 128), .init("5b", 384, 192, 384, 48, 128, 128)],
    ]

    init(_ weights: Weights) throws(CheckpointError) {
        stem = try .inception(weights["conv1"], .init(input: 3, output: 64, kernel: 7, stride: 2))
        second = [
            try .inception(weights["conv2"], .init(input: 64, output: 64)),
            try .inception(weights["conv3"], .init(input: 64, output: 192, kernel: 3)),
        ]
        var input = 192
        var stages: [[Inception]] = []
        for sizes in Self.stages {
            var modules: [Inception] = []
            for size in sizes {
                modules.append(try Inception(weights["inception\(size.name)"], input: input, size))
                input = size.output
            }
            stages.append(modules)
        }
        self.stages = stages
        classifier = try Linear(classifier: weights["fc"], input: input)
        weights.ignore("aux1")
        weights.ignore("aux2")
    }

    func logits(_ x: Tensor) throws(Cancelled) -> Tensor { try logits(stem: stem(Self.converted(x))) }
    func logits(_ pixels: PixelBatch) throws(Cancelled) -> Tensor {
        try logits(stem: stem(pixels.renormalised(scale: Self.scale, shift: Self.shift)))
    }

    private func logits(stem y: Tensor) throws(Cancelled) -> Tensor {
        var y = second.reduce(pooled(y)) { y, layer in layer(y) }
        for (index, modules) in stages.enumerated() {
            y = try modules(pooled(y, kernel: index == 2 ? 2 : 3))
        }
        return classifier(y.meanOverPixels())
    }

    func pooled(_ y: Tensor, kernel: Int = 3) -> Tensor {
        y.maxPooled(Window(kernel: kernel, stride: 2), roundingUp: true)
    }

    /// From ImageNet's mean and deviation, which the reference's inputs have, to one half each.
    private static let scale: [Float] = [0.229 / 0.5, 0.224 / 0.5, 0.225 / 0.5]
    private static let shift: [Float] = [(0.485 - 0.5) / 0.5, (0.456 - 0.5) / 0.5, (0.406 - 0.5) / 0.5]

    static func converted(_ x: Tensor) -> Tensor {
        let N = x.shape[0]
        let scales = Tensor(scale, shape: [1, 3]).expanded(to: Shape(N, 3))
        let shifts = Tensor(shift, shape: [1, 1, 1, 3]).expanded(to: x.shape)
        return x.scaled(byChannel: scales) + shifts
    }

    static let architectures = [
        Architecture("googlenet", input: .centre(224, of: 256, .bilinear)) { weights throws(CheckpointError) in
            try GoogLeNet(weights)
        }
    ]
}
