extension Tensor {
    /// Each box pooled to `pooled` × `pooled` bins: RoI-Align (Mask R-CNN, https://arxiv.org/abs/1703.06870, section 3) as
    /// torchvision's `roi_align` computes it.
    ///
    /// A bin is the mean of bilinear samples. A box that isn't finite gives zeros.
    ///
    /// - Parameters:
    ///   - boxes: in pixels of the image; the result is `[boxes, pooled, pooled, C]`. `self` is one image `[1, H, W, C]`.
    ///   - scale: the size of the feature map divided by that of the image.
    ///   - samplingRatio: how many samples along each side of a bin; if it isn't positive as many as the bin has pixels, but
    ///     no more than in a box twice as long as the image.
    ///   - isAligned: whether the centre of the first pixel is at half a pixel, as it should be; otherwise it is at 0, and
    ///     boxes smaller than a pixel of the map count as that large.
    public func roiAligned(
        _ boxes: [Box], pooled: Int, scale: Float, samplingRatio: Int, isAligned: Bool
    ) -> Tensor {
        let (H, W, C) = mapShape
        precondition(pooled > 0, "boxes can't be pooled to \(pooled) bins")
        let result = Shape(boxes.count, pooled, pooled, C)
        let start = OperationTrace.start()
        defer { OperationTrace.finish(start, .roiAlign(shape, samplingRatio: samplingRatio, result: result)) }
        let x = contiguous()
        defer { withExtendedLifetime(x) {} }
        return Tensor(shape: result) { out in
            guard let out = out.baseAddress, result.product > 0 else { return }
            guard H * W > 0 else { return out.update(repeating: 0, count: result.product) }
            RegionPooling(
                features: x.address, height: H, width: W, channels: C, bins: pooled, samplingRatio: samplingRatio,
                scale: scale, shift: isAligned ? 0.5 : 0, smallest: isAligned ? -.infinity : 1
            ).pool(boxes, to: out)
        }
    }

    /// Height, width and channels of `[1, H, W, C]`.
    var mapShape: (H: Int, W: Int, C: Int) {
        precondition(shape.count == 4 && shape[0] == 1, "boxes are pooled from one image [1, H, W, C], not \(shape)")
        return (shape[1], shape[2], shape[3])
    }
}
