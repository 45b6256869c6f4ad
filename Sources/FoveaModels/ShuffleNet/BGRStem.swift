import FoveaNN
import FoveaTensor

/// A first 3×3 convolution, of stride 2, that was trained on blue, green, red: for tensors in that order, and for pixels,
/// which are red, green, blue.
struct BGRStem: Sendable {
    private let convolution: ConvNorm

    /// Takes convolution and norm at indices 0 and 1.
    init(_ weights: Weights, output: Int) throws(CheckpointError) {
        convolution = try ConvNorm(
            weights[0], norm: weights[1], .init(input: 3, output: output, kernel: 3, stride: 2), epsilon: 1e-5,
            activation: .relu)
    }

    func callAsFunction(_ x: Tensor) -> Tensor { convolution(x) }

    func callAsFunction(_ pixels: PixelBatch) -> Tensor {
        let x = pixels.normalised()
        return convolution(.concatenated([x.sliced(3, 2..<3), x.sliced(3, 1..<2), x.sliced(3, 0..<1)]))
    }
}
