import CKernels

/// A 1×1 convolution right before or after a depthwise one, to be computed with it.
public struct PointwiseConvolution: Sendable {
    public let weights: PackedMatrix
    /// `[weights.N]`
    public let bias: Tensor
    public let activation: Activation

    public init(weights: PackedMatrix, bias: Tensor, activation: Activation) {
        precondition(bias.shape == Shape(weights.N), "bias \(bias.shape) does not fit \(weights.N) channels")
        (self.weights, self.bias, self.activation) = (weights, bias.contiguous(), activation)
    }

    /// Computes `channels`, whole panels, of `pixels` pixels at `x`; in `out` only these channels lie side by side.
    func compute(
        _ x: UnsafePointer<Float>, pixels: Int, channels: Range<Int>, residual: UnsafePointer<Float>? = nil,
        into out: UnsafeMutablePointer<Float>
    ) {
        let panel = Kernels.selected.panel_columns
        let finish = ProductFinish(bias: bias.address, residual: residual, activation: activation)
        weights.withElements(of: x, rows: pixels, scaledBy: nil) { x in
            // The product writes to column n of a row, where n counts from the first of all channels.
            weights.multiply(
                x, xRow: weights.rowElements, into: out - channels.lowerBound, outRow: channels.count, finish,
                rows: 0..<pixels, panels: channels.lowerBound / panel..<(channels.upperBound + panel - 1) / panel)
        }
    }
}
