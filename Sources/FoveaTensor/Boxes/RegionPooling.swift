import CKernels

/// Pools boxes out of a feature map: each to `bins` × `bins` bins, each bin from bilinear samples on a regular grid.
struct RegionPooling {
    /// The first pixel of the map.
    let features: UnsafePointer<Float>
    let height: Int, width: Int
    /// How many channels are pooled. A pixel has as many and no others.
    let channels: Int
    let bins: Int
    /// Whether each bin is pooled from a map of its own, which follow each other, and not all from the same.
    var hasMapPerBin = false
    /// The number of samples along each side of a bin; if it isn't positive as many as the bin has pixels.
    let samplingRatio: Int
    /// Whether a bin is the largest of its samples and not their mean.
    var isMaximum = false
    /// The size of the map divided by that of the image.
    let scale: Float
    /// Subtracted from corners after that.
    let shift: Float
    /// The least width and height of a box, in pixels of the map.
    let smallest: Float

    /// Writes `bins` · `bins` · `channels` floats for each box: the channels of one bin after the other, or if each has a map
    /// of its own the bins of one channel after the other.
    func pool(_ boxes: [Box], to out: UnsafeMutablePointer<Float>) {
        let rows = SamplingAxis(length: height, step: width * channels, bins: bins, ratio: samplingRatio)
        let columns = SamplingAxis(length: width, step: channels, bins: bins, ratio: samplingRatio)
        let bytes = (rows.mostSamples + columns.mostSamples) * MemoryLayout<fovea_axis_sample>.stride
        ComputePool.parallel(ranges: boxes.count, grain: 8) { range in
            ComputePool.withScratch(bytes: bytes) { memory in
                let ofRows = memory.assumingMemoryBound(to: fovea_axis_sample.self)
                let ofColumns = ofRows + rows.mostSamples
                for index in range {
                    let (y, height) = span(boxes[index], boxes[index].y0, boxes[index].y1)
                    let (x, width) = span(boxes[index], boxes[index].x0, boxes[index].x1)
                    let rowSamples = rows.place(y, height, in: ofRows)
                    let columnSamples = columns.place(x, width, in: ofColumns)
                    pool(ofRows, rowSamples, ofColumns, columnSamples, to: out + index * bins * bins * channels)
                }
            }
        }
    }

    /// Where along an axis of the map a box begins, and how long it is there.
    private func span(_ box: Box, _ first: Float, _ last: Float) -> (start: Float, length: Float) {
        let start = first * scale - shift
        // Where NaN is a length, no sample lies in the map.
        return (start, box.isFinite ? max(last * scale - shift - start, smallest) : .nan)
    }

    private func pool(
        _ rows: UnsafePointer<fovea_axis_sample>, _ rowSamples: Int, _ columns: UnsafePointer<fovea_axis_sample>,
        _ columnSamples: Int, to out: UnsafeMutablePointer<Float>
    ) {
        guard rowSamples > 0, columnSamples > 0 else {
            return out.update(repeating: 0, count: bins * bins * channels)
        }
        var region = fovea_region(
            map: features, bin_step: hasMapPerBin ? height * width * channels : 0, C: channels, bins: bins, rows: rows,
            columns: columns, row_samples: rowSamples, column_samples: columnSamples, is_maximum: isMaximum, out: out,
            out_bin: hasMapPerBin ? 1 : channels, out_channel: hasMapPerBin ? bins * bins : 1)
        Kernels.selected.pool_region(&region)
    }
}
