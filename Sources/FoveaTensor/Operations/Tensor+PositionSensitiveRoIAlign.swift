/// What a bin of position-sensitive RoI-Align makes of its samples.
public enum PositionSensitivePooling: Sendable, Equatable {
    /// Their mean; the centre of the first pixel is at half a pixel: torchvision's `ps_roi_align`.
    ///
    /// `samplingRatio` is how many samples a bin has along each side; if it isn't positive as many as the bin has pixels, but
    /// no more than in a box twice as long as the image.
    case average(samplingRatio: Int)
    /// The largest of 2 × 2; the centre of the first pixel is at 0, and boxes count as at least a tenth of a pixel of the map
    /// wide and high: the operator of ThunderNet's authors.
    case maximum
}

extension Tensor {
    /// Each box pooled to `pooled` × `pooled` bins, each of them from channels of its own: position-sensitive RoI-Align
    /// (R-FCN, https://arxiv.org/abs/1605.06409, section 2.2; Light-Head R-CNN, https://arxiv.org/abs/1711.07264).
    ///
    /// A box that isn't finite gives zeros, one without a height or width does where the number of samples goes by its size.
    ///
    /// - Parameters:
    ///   - boxes: in pixels of the image. `self` is one image `[1, H, W, C]`, where C is a multiple of the number of bins:
    ///     channel (c · pooled + row) · pooled + column is pooled to that bin of channel c. The result is `[boxes, C]`, the
    ///     channels in the same order.
    ///   - scale: the size of the feature map divided by that of the image.
    public func positionSensitiveRoIAligned(
        _ boxes: [Box], pooled: Int = 7, scale: Float = 1 / 16, style: PositionSensitivePooling
    ) -> Tensor {
        let (H, W, C) = mapShape
        let bins = pooled * pooled
        precondition(pooled > 0 && C.isMultiple(of: bins), "\(pooled)×\(pooled) bins do not divide \(C) channels")
        let result = Shape(boxes.count, C)
        let start = OperationTrace.start()
        let (samplingRatio, isMaximum) =
            switch style {
            case .average(let samplingRatio): (samplingRatio, false)
            case .maximum: (2, true)
            }
        defer { OperationTrace.finish(start, .roiAlign(shape, samplingRatio: samplingRatio, result: result)) }
        let x = contiguous()
        defer { withExtendedLifetime(x) {} }
        return Tensor(shape: result) { out in
            guard let out = out.baseAddress, result.product > 0 else { return }
            guard H * W > 0 else { return out.update(repeating: 0, count: result.product) }
            ComputePool.withScratch(floats: H * W * C) { maps in
                x.writeMaps(of: bins, to: maps)
                RegionPooling(
                    features: maps, height: H, width: W, channels: C / bins, bins: pooled, hasMapPerBin: true,
                    samplingRatio: samplingRatio, isMaximum: isMaximum, scale: scale, shift: isMaximum ? 0 : 0.5,
                    smallest: isMaximum ? 0.1 : -.infinity
                ).pool(boxes, to: out)
            }
        }
    }

    /// Writes `[H, W, C / bins, bins]` as `[bins, H, W, C / bins]`.
    private func writeMaps(of bins: Int, to out: UnsafeMutablePointer<Float>) {
        let (H, W, C) = mapShape
        let (depth, features) = (C / bins, address)
        ComputePool.parallel(count: H, grain: 4) { y in
            for bin in 0..<bins {
                let (row, to) = (features + y * W * C + bin, out + (bin * H + y) * W * depth)
                for column in 0..<W {
                    for c in 0..<depth { to[column * depth + c] = row[column * C + c * bins] }
                }
            }
        }
    }
}
