/// One member of the family: the base network of table 1 in https://arxiv.org/abs/1905.11946, scaled in width and depth.
struct EfficientNetSize: Sendable {
    /// One row of the table after scaling.
    struct Stage {
        var kernel, stride, expansion, output, repeats: Int
    }

    let width: Double
    let depth: Double
    /// The side of the images it was trained on.
    let resolution: Int
    /// No squeeze-excitation, ReLU6, and stem, head, first and last stage as in the smallest member
    /// (https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite).
    let isLite: Bool

    /// B0 to B7. The released networks follow this table, not the paper's formula.
    static let b = [
        (1.0, 1.0, 224), (1.0, 1.1, 240), (1.1, 1.2, 260), (1.2, 1.4, 300), (1.4, 1.8, 380), (1.6, 2.2, 456),
        (1.8, 2.6, 528), (2.0, 3.1, 600),
    ].map { EfficientNetSize(width: $0, depth: $1, resolution: $2, isLite: false) }

    /// Lite0 to Lite4.
    static let lite = [
        (1.0, 1.0, 224), (1.0, 1.1, 240), (1.1, 1.2, 260), (1.2, 1.4, 280), (1.4, 1.8, 300),
    ].map { EfficientNetSize(width: $0, depth: $1, resolution: $2, isLite: true) }

    /// The output channels of the first convolution.
    var stem: Int { isLite ? 32 : scaled(32) }
    /// The output channels of the last convolution.
    var head: Int { isLite ? 1280 : scaled(1280) }

    var stages: [Stage] {
        let rows = [
            Stage(kernel: 3, stride: 1, expansion: 1, output: 16, repeats: 1),
            Stage(kernel: 3, stride: 2, expansion: 6, output: 24, repeats: 2),
            Stage(kernel: 5, stride: 2, expansion: 6, output: 40, repeats: 2),
            Stage(kernel: 3, stride: 2, expansion: 6, output: 80, repeats: 3),
            Stage(kernel: 5, stride: 1, expansion: 6, output: 112, repeats: 3),
            Stage(kernel: 5, stride: 2, expansion: 6, output: 192, repeats: 4),
            Stage(kernel: 3, stride: 1, expansion: 6, output: 320, repeats: 1),
        ]
        return rows.enumerated().map { index, row in
            var stage = row
            stage.output = scaled(row.output)
            let keepsDepth = isLite && (index == 0 || index == rows.count - 1)
            stage.repeats = keepsDepth ? row.repeats : Int((depth * Double(row.repeats)).rounded(.up))
            return stage
        }
    }

    private func scaled(_ channels: Int) -> Int { roundedChannels(Double(channels) * width) }
}
