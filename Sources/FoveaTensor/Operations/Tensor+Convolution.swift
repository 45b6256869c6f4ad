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
        let images = contiguous()
        defer { withExtendedLifetime(images) {} }
        if let winograd = filters.winograd {
            return images.convolved(winograd, bias: bias, window: window, residual: residual, activation: activation)
        }
        return convolution(
            of: N, H, W, filters, bias: bias, window: window, residual: residual, activation: activation
        ) { image, y, row in
            row.update(from: images.address + (image * H + y) * W * C, count: W * C)
        }
    }

    /// The same by transformed tiles; the window's stride is 1. The images are contiguous.
    private func convolved(
        _ filters: WinogradFilters, bias: Tensor?, window: Window, residual: Tensor?, activation: Activation
    ) -> Tensor {
        precondition(window.stride == 1, "the filters were packed for stride 1")
        let (N, H, W, C) = imageShape
        let geometry = window.onto(H, W, C)
        let result = Shape(N, geometry.OH, geometry.OW, filters.outputs)
        checkFinish(bias: bias, residual: residual, outputShape: result)
        let (bias, residual) = (bias?.contiguous(), residual?.contiguous())
        defer { withExtendedLifetime((bias, residual, filters)) {} }
        let start = OperationTrace.start()
        defer {
            OperationTrace.finish(
                start,
                .convolution(
                    shape, window, outputs: filters.outputs, groups: 1, isResidual: residual != nil, activation))
        }
        return Tensor(shape: result) { out in
            guard let out = out.baseAddress, result.product > 0 else { return }
            WinogradConvolution(
                filters: filters, geometry: geometry, images: address, count: N, bias: bias?.address,
                residual: residual?.address, activation: activation, out: out
            ).compute()
        }
    }

    /// The lengths of the four axes `[N, H, W, C]`.
    var imageShape: (N: Int, H: Int, W: Int, C: Int) {
        precondition(shape.count == 4, "expected images [N, H, W, C], got \(shape)")
        return (shape[0], shape[1], shape[2], shape[3])
    }
}

/// The convolution of `N` images of `H` × `W`, whose rows `read` writes: row `y` of image `image` as
/// `W * filters.inputs` floats.
func convolution(
    of N: Int, _ H: Int, _ W: Int, _ filters: PackedFilters, bias: Tensor?, window: Window, residual: Tensor?,
    activation: Activation, read: (_ image: Int, _ y: Int, _ row: UnsafeMutablePointer<Float>) -> Void
) -> Tensor {
    let (OH, OW) = window.outputSize(H, W)
    let shape = Shape(N, OH, OW, filters.outputs)
    checkFinish(bias: bias, residual: residual, outputShape: shape)
    let (bias, residual) = (bias?.contiguous(), residual?.contiguous())
    defer { withExtendedLifetime((bias, residual, filters)) {} }
    let start = OperationTrace.start()
    defer {
        OperationTrace.finish(
            start,
            .convolution(
                Shape(N, H, W, filters.inputs), window, outputs: filters.outputs, groups: filters.groups.count,
                isResidual: residual != nil, activation))
    }

    let band = PaddedBand(window: window, H: H, W: W, C: filters.inputs, groups: filters.groups.count)
    return Tensor(shape: shape) { out in
        guard let out = out.baseAddress, OH * OW > 0 else { return }
        if let matrix = filters.groups.first, filters.groups.count == 1, OW < Kernels.selected.tile_rows {
            for image in 0..<N {
                let first = image * OH * OW * matrix.N
                multiplyPatches(
                    PaddedBand(window: window, H: H, W: W, C: filters.inputs, groups: 1, rows: OH), OH, OW, matrix,
                    ProductFinish(
                        bias: bias?.address, residual: residual.map { $0.address + first }, activation: activation),
                    into: out + first
                ) { y, row in read(image, y, row) }
            }
            return
        }
        ComputePool.parallel(ranges: N * OH, grain: band.worthwhileRows(OW)) { outputRows in
            band.withOffsets { offsets in
                ComputePool.withScratch(floats: band.floats) { scratch in
                    band.forEach(outputRows, OH: OH) { image, rows in
                        band.fill(scratch, rows) { y, row in read(image, y, row) }
                        for y in rows {
                            let pixel = (image * OH + y) * OW
                            multiply(
                                scratch + (y - rows.lowerBound) * band.rowStep, band, offsets,
                                filters, OW,
                                into: out + pixel * filters.outputs,
                                bias: bias?.address, residual: residual.map { $0.address + pixel * filters.outputs },
                                activation)
                        }
                    }
                }
            }
        }
    }
}

/// A convolution of one small image as a product of all its windows, each copied to a row: rows of an image that fill no tile
/// of the product would cost more than copying.
private func multiplyPatches(
    _ band: PaddedBand, _ OH: Int, _ OW: Int, _ matrix: PackedMatrix, _ finish: ProductFinish,
    into out: UnsafeMutablePointer<Float>, read: (_ y: Int, _ row: UnsafeMutablePointer<Float>) -> Void
) {
    ComputePool.withScratch(floats: band.floats + OH * OW * matrix.K) { scratch in
        let patches = scratch + band.floats
        band.fill(scratch, 0..<OH, read: read)
        band.withOffsets { offsets in
            let run = matrix.K / offsets.count
            ComputePool.parallel(ranges: OH * OW, grain: 8) { pixels in
                for pixel in pixels {
                    let window = scratch + pixel / OW * band.rowStep + pixel % OW * band.pixelStep
                    for (index, offset) in offsets.enumerated() {
                        (patches + pixel * matrix.K + index * run).update(from: window + offset, count: run)
                    }
                }
            }
        }
        RowProduct(rows: OH * OW, x: patches, scale: nil, weights: matrix, finish: finish, out: out).compute()
    }
}

/// One row of output pixels, of all groups.
private func multiply(
    _ rows: UnsafePointer<Float>, _ band: PaddedBand, _ offsets: UnsafeBufferPointer<Int>, _ filters: PackedFilters,
    _ OW: Int,
    into out: UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>?, residual: UnsafePointer<Float>?,
    _ activation: Activation
) {
    let outputs = filters.outputs / filters.groups.count
    for (index, group) in filters.groups.enumerated() {
        let first = index * outputs
        let finish = ProductFinish(
            bias: bias.map { $0 + first }, residual: residual.map { $0 + first }, residualRow: filters.outputs,
            activation: activation)
        group.multiply(
            rows + index * filters.inputs / filters.groups.count, xRow: band.pixelStep, offsets: offsets,
            into: out + first, outRow: filters.outputs, finish, rows: 0..<OW, panels: 0..<group.panels)
    }
}
