import FoveaNN
import FoveaTensor

/// An image's tokens as four times as many rows and columns of 32 numbers each, and the masks that are their products with a
/// vector.
///
/// A transposed convolution of 2×2 with stride 2 makes four pixels of each by one matrix; the pixels are put in order at the
/// very end, since all that follows looks at each pixel alone.
///
/// | Key        | Shape              |
/// | ---------- | ------------------ |
/// | `0.weight` | `[width, 64, 2, 2]` |
/// | `0.bias`   | `[64]`             |
/// | `1.*`      | see `LayerNorm`    |
/// | `3.weight` | `[64, 32, 2, 2]`   |
/// | `3.bias`   | `[32]`             |
///
/// `LiteSegmenter`'s has the second doubling at `2.*`, and another norm at `3.*`.
struct MaskUpscaling: Sendable {
    /// The numbers of a pixel at the end.
    static let width = 32
    private static let innerWidth = 64

    private let first, second: Doubling
    private let norm: LayerNorm
    private let lastNorm: LayerNorm?
    /// Of an image, in tokens.
    private let side: Int

    init(_ weights: Weights, _ plan: MaskDecoderPlan) throws(CheckpointError) {
        let (keys, activation) = (plan.upscaling, plan.upscaling.activation)
        func norm(_ key: Int, width: Int) throws(CheckpointError) -> LayerNorm {
            try LayerNorm(weights[key], width: width, epsilon: 1e-6, activation: activation)
        }
        side = plan.side
        first = try Doubling(weights[0], input: plan.width, output: Self.innerWidth)
        self.norm = try norm(1, width: Self.innerWidth)
        second = try Doubling(
            weights[keys.second], input: Self.innerWidth, output: Self.width,
            activation: keys.lastNorm == nil ? activation : .none)
        if let key = keys.lastNorm { lastNorm = try norm(key, width: Self.width) } else { lastNorm = nil }
    }

    /// The masks `[M, 4 side, 4 side]` of the image's tokens `[S, width]` with the vectors `[M, 32]`.
    ///
    /// - Parameter details: `[16 · S, 32]`, added to the pixels of `upscaled` before the last norm.
    func masks(_ image: Tensor, _ vectors: Tensor, details: Tensor? = nil) -> Tensor {
        let M = vectors.shape[0]
        let vectors = PackedMatrix(vectors.permuted([1, 0]), isTemporary: true)
        let pixels = 16 * side * side
        return Tensor(shape: Shape(M, 4 * side, 4 * side)) { out in
            ComputePool.parallel(count: side, grain: 2) { row in
                let details = details?.sliced(0, 16 * row * side..<16 * (row + 1) * side)
                let values = upscaled(image.sliced(0, row * side..<(row + 1) * side), details: details).linear(vectors)
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

    /// Tokens `[S, width]` as pixels `[16 · S, 32]`: of each the four quarters, row by row, and of these again.
    func upscaled(_ tokens: Tensor, details: Tensor? = nil) -> Tensor {
        let pixels = second(norm(first(tokens)), residual: details)
        return lastNorm?(pixels) ?? pixels
    }
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

    /// `[S, input]` to `[4 · S, output]`; `residual`, of the result's shape, is added before the activation.
    func callAsFunction(_ x: Tensor, residual: Tensor? = nil) -> Tensor {
        let residual = residual?.reshaped(Shape(x.shape[0], 4 * output))
        return x.linear(weights, bias: bias, residual: residual, activation: activation)
            .reshaped(Shape(4 * x.shape[0], output))
    }
}
