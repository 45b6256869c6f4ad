import FoveaNN
import FoveaTensor

/// An image's 64 × 64 tokens as 256 × 256 of 32 numbers each, and the masks that are their products with a vector.
///
/// A transposed convolution of 2×2 with stride 2 makes four pixels of each by one matrix; the pixels are put in order at the
/// very end, since all that follows looks at each pixel alone.
///
/// | Key        | Shape              |
/// | ---------- | ------------------ |
/// | `0.weight` | `[256, 64, 2, 2]`  |
/// | `0.bias`   | `[64]`             |
/// | `1.*`      | see `LayerNorm`    |
/// | `3.weight` | `[64, 32, 2, 2]`   |
/// | `3.bias`   | `[32]`             |
struct MaskUpscaling: Sendable {
    /// The numbers of a pixel at the end.
    static let width = 32
    private static let innerWidth = 64

    private let first, second: Doubling
    private let norm: LayerNorm

    init(_ weights: Weights) throws(CheckpointError) {
        first = try Doubling(weights[0], input: PromptEncoder.width, output: Self.innerWidth)
        norm = try LayerNorm(weights[1], width: Self.innerWidth, epsilon: 1e-6, activation: .gelu)
        second = try Doubling(weights[3], input: Self.innerWidth, output: Self.width, activation: .gelu)
    }

    /// The masks `[M, 256, 256]` of the image's tokens `[4096, 256]` with the vectors `[M, 32]`.
    func masks(_ image: Tensor, _ vectors: Tensor) -> Tensor {
        let (M, side) = (vectors.shape[0], PromptEncoder.side)
        let vectors = PackedMatrix(vectors.permuted([1, 0]), isTemporary: true)
        let pixels = 16 * side * side
        return Tensor(shape: Shape(M, 4 * side, 4 * side)) { out in
            ComputePool.parallel(count: side, grain: 2) { row in
                let values = upscaled(image.sliced(0, row * side..<(row + 1) * side)).linear(vectors)
                values.withElements { values in
                    for m in 0..<M {
                        var from = m
                        for column in 0..<side {
                            for sixteenth in 0..<16 {
                                let (dy, dx) = (sixteenth >> 3, sixteenth >> 2 & 1)
                                let (ey, ex) = (sixteenth >> 1 & 1, sixteenth & 1)
                                let y = 4 * row + 2 * dy + ey
                                out[m * pixels + y * 4 * side + 4 * column + 2 * dx + ex] = values[from]
                                from += M
                            }
                        }
                    }
                }
            }
        }
    }

    /// Tokens `[S, 256]` as pixels `[16 · S, 32]`: of each the four quarters, row by row, and of these again.
    func upscaled(_ tokens: Tensor) -> Tensor { second(norm(first(tokens))) }
}

/// A transposed convolution of 2×2 with stride 2, as a product of each pixel with one matrix.
///
/// | Key      | Shape                     |
/// | -------- | ------------------------- |
/// | `weight` | `[input, output, 2, 2]`   |
/// | `bias`   | `[output]`                |
private struct Doubling: Sendable {
    /// `[input, 4 · output]`
    private let weights: PackedMatrix
    /// `[4 · output]`
    private let bias: Tensor
    private let output: Int
    private let activation: Activation

    init(_ weights: Weights, input: Int, output: Int, activation: Activation = .none) throws(CheckpointError) {
        let matrix = try weights.take("weight", shape: [input, output, 2, 2]).permuted([0, 2, 3, 1])
        self.weights = PackedMatrix(matrix.reshaped([input, 4 * output]), precision: weights.precision)
        bias = try weights.take("bias", shape: [output]).reshaped([1, output]).expanded(to: [4, output])
            .reshaped([4 * output])
        (self.output, self.activation) = (output, activation)
    }

    /// `[S, input]` to `[4 · S, output]`.
    func callAsFunction(_ x: Tensor) -> Tensor {
        x.linear(weights, bias: bias, activation: activation).reshaped(Shape(4 * x.shape[0], output))
    }
}
