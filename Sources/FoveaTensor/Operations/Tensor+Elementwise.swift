import CKernels

extension Tensor {
    /// The activation of each element.
    public func applying(_ activation: Activation) -> Tensor { combined(with: nil, activation) }

    /// The elementwise sum of two tensors of one shape, then the activation.
    public func adding(_ other: Tensor, activation: Activation = .none) -> Tensor {
        precondition(other.shape == shape, "shapes \(shape) and \(other.shape) differ")
        return combined(with: other, activation)
    }

    /// The elementwise sum of two tensors of one shape.
    public static func + (a: Tensor, b: Tensor) -> Tensor { a.adding(b) }

    /// The elementwise product of two tensors of one shape.
    public func multiplied(by other: Tensor) -> Tensor {
        precondition(other.shape == shape, "shapes \(shape) and \(other.shape) differ")
        let start = OperationTrace.start()
        defer { OperationTrace.finish(start, .elementwise("multiply", shape, inputs: 2, .none)) }
        let (x, other) = (contiguous(), other.contiguous())
        defer { withExtendedLifetime((x, other)) {} }
        return Tensor(shape: shape) { out in
            guard let out = out.baseAddress else { return }
            ComputePool.parallel(ranges: x.count, grain: elementsWorthSharing) { range in
                let first = range.lowerBound
                Kernels.selected.scale(out + first, x.address + first, other.address + first, 1, range.count)
            }
        }
    }

    /// `activation(self + other)`, split over the pool.
    private func combined(with other: Tensor?, _ activation: Activation) -> Tensor {
        let start = OperationTrace.start()
        defer {
            OperationTrace.finish(
                start,
                .elementwise(other == nil ? "activation" : "add", shape, inputs: other == nil ? 1 : 2, activation))
        }
        let (x, other) = (contiguous(), other?.contiguous())
        defer { withExtendedLifetime((x, other)) {} }
        return Tensor(shape: shape) { out in
            guard let out = out.baseAddress else { return }
            ComputePool.parallel(ranges: x.count, grain: elementsWorthSharing) { range in
                let first = range.lowerBound
                Kernels.selected.elementwise(
                    out + first, x.address + first, other.map { $0.address + first }, range.count, activation.kernel)
            }
        }
    }

    /// The images with each channel multiplied by its factor.
    ///
    /// - Parameter factors: `[N, C]`, one per image and channel; `self` is `[N, H, W, C]`.
    public func scaled(byChannel factors: Tensor) -> Tensor {
        let (N, H, W, C) = imageShape
        precondition(factors.shape == Shape(N, C), "factors \(factors.shape) do not fit input \(shape)")
        let start = OperationTrace.start()
        defer { OperationTrace.finish(start, .scale(shape)) }
        let (x, factors) = (contiguous(), factors.contiguous())
        defer { withExtendedLifetime((x, factors)) {} }
        return Tensor(shape: shape) { out in
            guard let out = out.baseAddress else { return }
            for n in 0..<N {
                ComputePool.parallel(ranges: H * W, grain: elementsWorthSharing / max(C, 1) + 1) { pixels in
                    let first = (n * H * W + pixels.lowerBound) * C
                    Kernels.selected.scale(out + first, x.address + first, factors.address + n * C, pixels.count, C)
                }
            }
        }
    }
}

/// From this many elements on a simple pass is worth another core.
private let elementsWorthSharing = 16384
