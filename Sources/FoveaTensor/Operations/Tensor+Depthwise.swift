import CKernels

extension Tensor {
    /// The convolution of each channel of the images with its own filter, then `activation(y + bias)`.
    ///
    /// - Parameters:
    ///   - filters: `[KH, KW, C]`; `self` is `[N, H, W, C]`, the result `[N, OH, OW, C]`.
    ///   - bias: `[C]`.
    public func depthwise(
        _ filters: Tensor, bias: Tensor? = nil, window: Window, activation: Activation = .none
    ) -> Tensor {
        let (N, H, W, C) = imageShape
        precondition(
            filters.shape == Shape(window.kernel.height, window.kernel.width, C),
            "filters \(filters.shape) do not fit input \(shape) with \(window)")
        precondition(bias.map { $0.shape == Shape(C) } ?? true, "bias \(bias?.shape ?? []) does not fit input \(shape)")
        let geometry = window.onto(H, W, C)
        let (OH, OW) = (geometry.OH, geometry.OW)
        return Tensor(shape: Shape(N, OH, OW, C)) { out in
            withPointer(self) { x in
                withPointer(filters) { filters in
                    withPointer(bias) { bias in
                        guard let out = out.baseAddress, let x, let filters, OH * OW > 0 else { return }
                        ComputePool.parallel(ranges: N * OH, grain: 2) { rows in
                            var next = rows.lowerBound
                            while next < rows.upperBound {
                                let (n, first) = (next / OH, next % OH)
                                let last = min(OH, first + rows.upperBound - next)
                                withUnsafePointer(to: geometry) { geometry in
                                    Kernels.selected.depthwise(
                                        out + n * OH * OW * C, x + n * H * W * C, filters, bias, geometry, first,
                                        last, activation.kernel)
                                }
                                next += last - first
                            }
                        }
                    }
                }
            }
        }
    }
}
