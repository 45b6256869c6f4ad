import CKernels

extension Tensor {
    /// Each row of the last axis less its mean, over the root of its variance plus `epsilon`, then
    /// `activation(y ∘ scale + bias)`.
    ///
    /// Of images `[N, H, W, C]` this is the layer norm of each pixel's channels, which PyTorch code calls `LayerNorm2d`.
    /// - Parameters:
    ///   - scale: `[C]`; `self` is `[..., C]`.
    ///   - bias: `[C]`.
    public func layerNorm(scale: Tensor, bias: Tensor, epsilon: Float, activation: Activation = .none) -> Tensor {
        let C = shape.last ?? 1
        precondition(
            scale.shape == Shape(C) && bias.shape == Shape(C),
            "scale \(scale.shape) and bias \(bias.shape) do not fit rows of \(C)")
        let start = OperationTrace.start()
        defer { OperationTrace.finish(start, .layerNorm(shape, activation)) }
        let (x, scale, bias) = (contiguous(), scale.contiguous(), bias.contiguous())
        defer { withExtendedLifetime((x, scale, bias)) {} }
        return Tensor(shape: shape) { out in
            guard let out = out.baseAddress, C > 0 else { return }
            ComputePool.parallel(ranges: x.count / C, grain: max(1, 16384 / C)) { rows in
                let first = rows.lowerBound * C
                Kernels.selected.layer_norm(
                    out + first, x.address + first, scale.address, bias.address, epsilon, rows.count, C,
                    activation.kernel)
            }
        }
    }
}
