import FoveaNN
import FoveaTensor

/// Joins what the backbone sees nearby, farther away and in the whole image (Context Enhancement Module,
/// https://arxiv.org/abs/1903.11752, section 3.2).
///
/// | Key    | Shape of the weight, with bias |
/// | ------ | ------------------------------ |
/// | `C4`   | `[245, C4, 1, 1]`              |
/// | `C5`   | `[245, C5, 1, 1]`              |
/// | `Cglb` | `[245, C5, 1, 1]`              |
struct ContextEnhancement: Sendable {
    private let near: ConvNorm
    private let far: ConvNorm
    private let whole: Linear

    init(_ weights: Weights, c4: Int, c5: Int, output: Int) throws(CheckpointError) {
        near = try ConvNorm(weights["C4"], hasBias: true, .init(input: c4, output: output))
        far = try ConvNorm(weights["C5"], hasBias: true, .init(input: c5, output: output))
        whole = try Linear(weights["Cglb"], input: c5, output: output, form: .pointwiseConvolution)
    }

    /// `[N, H, W, 245]` with the size of `features.c4`.
    func callAsFunction(_ features: SNet.Features) -> Tensor {
        let (c4, c5) = (features.c4, features.c5)
        let (N, H, W, C) = (c5.shape[0], c5.shape[1], c5.shape[2], whole.outputs)
        let context = whole(c5.meanOverPixels()).reshaped(Shape(N, 1, 1, C)).expanded(to: Shape(N, H, W, C))
        return near(
            c4, residual: far(c5, residual: context.contiguous()).repeated(height: c4.shape[1], width: c4.shape[2]))
    }
}
