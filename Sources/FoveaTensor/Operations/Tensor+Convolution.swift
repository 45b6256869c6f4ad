import CKernels

extension Tensor {
    /// The convolution of the images with `filters`, then `activation(y + bias + residual)`.
    ///
    /// - Parameters:
    ///   - filters: `self` is `[N, H, W, filters.inputs]`, the result `[N, OH, OW, filters.outputs]`.
    ///   - scale: `[N, filters.inputs]`, factors of the channels of each image; only for kernels of 1×1.
    ///   - bias: `[filters.outputs]`.
    ///   - residual: of the result's shape.
    public func convolved(
        _ filters: PackedFilters, scale: Tensor? = nil, bias: Tensor? = nil, window: Window, residual: Tensor? = nil,
        activation: Activation = .none
    ) -> Tensor {
        let (N, H, W, C) = imageShape
        precondition(
            C == filters.inputs && window.kernel == filters.kernel,
            "filters of \(filters.kernel) for \(filters.inputs) channels do not fit input \(shape) with \(window)")
        if let matrix = filters.matrix, window.isPointwise {
            return linear(matrix, scale: scale, bias: bias, residual: residual, activation: activation)
        }
        precondition(scale == nil, "only a convolution of 1×1 scales its input")
        precondition(filters.winograd == nil || window.stride == 1, "the filters were transformed for stride 1")
        let images = contiguous()
        defer { withExtendedLifetime(images) {} }
        return convolution(
            of: shape, filters, bias: bias, window: window, residual: residual, activation: activation
        ) { geometry, finish, out in
            if let winograd = filters.winograd {
                return WinogradConvolution(
                    filters: winograd, geometry: geometry, images: images.address, count: N, finish: finish, out: out
                ).compute()
            }
            WindowedConvolution(
                filters: filters, window: window, geometry: geometry, count: N, finish: finish, out: out
            ).compute { image, y, row in
                row.update(from: images.address + (image * H + y) * W * C, count: W * C)
            }
        }
    }

    /// The lengths of the four axes `[N, H, W, C]`.
    var imageShape: (N: Int, H: Int, W: Int, C: Int) {
        precondition(shape.count == 4, "expected images [N, H, W, C], got \(shape)")
        return (shape[0], shape[1], shape[2], shape[3])
    }
}

/// The result of a convolution of images of shape `input`, `[N, H, W, filters.inputs]`, as `compute` writes it.
func convolution(
    of input: Shape, _ filters: PackedFilters, bias: Tensor?, window: Window, residual: Tensor?,
    activation: Activation,
    compute: (_ geometry: fovea_window, _ finish: ProductFinish, _ out: UnsafeMutablePointer<Float>) -> Void
) -> Tensor {
    let geometry = window.onto(input[1], input[2], filters.inputs)
    let shape = Shape(input[0], geometry.OH, geometry.OW, filters.outputs)
    checkFinish(bias: bias, residual: residual, outputShape: shape)
    let (bias, residual) = (bias?.contiguous(), residual?.contiguous())
    defer { withExtendedLifetime((bias, residual, filters)) {} }
    let start = OperationTrace.start()
    defer {
        OperationTrace.finish(
            start,
            .convolution(
                input, window, outputs: filters.outputs, groups: filters.groups, isResidual: residual != nil,
                activation))
    }
    return Tensor(shape: shape) { out in
        guard let out = out.baseAddress, shape.product > 0 else { return }
        compute(
            geometry, ProductFinish(bias: bias?.address, residual: residual?.address, activation: activation), out)
    }
}
