/// Pools the bins of regions of interest out of a feature map: of each bin, bilinear samples on a regular grid.
struct RegionPooling {
    enum Reduction { case mean, maximum }

    /// A rectangle in pixels of the feature map, whose centres have whole coordinates.
    struct Region {
        let x: Float, y: Float, width: Float, height: Float
    }

    /// The first pixel of the feature map.
    let features: UnsafePointer<Float>
    let height: Int, width: Int
    /// How many floats apart pixels and rows lie.
    let pixelStep: Int, rowStep: Int
    /// How many floats apart the maps lie from which one bin and the next are pooled; 0 if it is the same map.
    let binStep: Int
    /// How many channels of a map are pooled.
    let channels: Int
    /// The number of bins along each side.
    let bins: Int
    /// The number of samples along each side of a bin; if it isn't positive as many as the bin has pixels.
    let samplingRatio: Int
    let reduction: Reduction

    /// Calls `body` with memory for the samples along both sides of a region.
    func withAxes(_ body: (_ rows: inout SamplingAxis, _ columns: inout SamplingAxis) -> Void) {
        let rows = SamplingAxis.mostSamples(samplingRatio, length: height, bins: bins)
        let columns = SamplingAxis.mostSamples(samplingRatio, length: width, bins: bins)
        ComputePool.withScratch(bytes: (rows + columns) * MemoryLayout<SamplingAxis.Sample>.stride) { memory in
            let samples = memory.bindMemory(to: SamplingAxis.Sample.self, capacity: rows + columns)
            var (rowAxis, columnAxis) = (SamplingAxis(in: samples), SamplingAxis(in: samples + rows))
            body(&rowAxis, &columnAxis)
        }
    }

    /// Writes the bins of `region`, row by row, `channels` floats each.
    func pool(
        _ region: Region, _ rows: inout SamplingAxis, _ columns: inout SamplingAxis,
        into out: UnsafeMutablePointer<Float>
    ) {
        rows.fill(
            start: region.y, bin: region.height / Float(bins), bins: bins, ratio: samplingRatio, length: height,
            step: rowStep)
        columns.fill(
            start: region.x, bin: region.width / Float(bins), bins: bins, ratio: samplingRatio, length: width,
            step: pixelStep)
        guard rows.perBin > 0, columns.perBin > 0 else {
            return out.update(repeating: 0, count: bins * bins * channels)
        }
        for row in 0..<bins {
            for column in 0..<bins {
                let bin = row * bins + column
                pool(
                    features + bin * binStep, rows.samples(ofBin: row), columns.samples(ofBin: column),
                    into: out + bin * channels)
            }
        }
    }

    /// Writes the channels of one bin.
    @inline(__always)
    private func pool(
        _ map: UnsafePointer<Float>, _ rows: UnsafeBufferPointer<SamplingAxis.Sample>,
        _ columns: UnsafeBufferPointer<SamplingAxis.Sample>, into out: UnsafeMutablePointer<Float>
    ) {
        for c in stride(from: 0, to: channels, by: 8) {
            let lanes = min(channels - c, 8)
            var pooled = Lanes(repeating: reduction == .mean ? 0 : -.infinity)
            for row in rows {
                let (upper, lower) = (map + c + row.first, map + c + row.second)
                for column in columns {
                    let value =
                        row.firstWeight * column.firstWeight * load(upper + column.first, lanes)
                        + row.firstWeight * column.secondWeight * load(upper + column.second, lanes)
                        + row.secondWeight * column.firstWeight * load(lower + column.first, lanes)
                        + row.secondWeight * column.secondWeight * load(lower + column.second, lanes)
                    switch reduction {
                    case .mean: pooled += value
                    case .maximum: pooled.replace(with: value, where: value .> pooled)
                    }
                }
            }
            if reduction == .mean { pooled /= Float(rows.count * columns.count) }
            for lane in 0..<lanes { out[c + lane] = pooled[lane] }
        }
    }
}

private typealias Lanes = SIMD8<Float>

/// The first `lanes` of 8 floats, the others 0.
@inline(__always)
private func load(_ floats: UnsafePointer<Float>, _ lanes: Int) -> Lanes {
    if lanes == 8 { return UnsafeRawPointer(floats).loadUnaligned(as: Lanes.self) }
    var loaded = Lanes()
    for lane in 0..<lanes { loaded[lane] = floats[lane] }
    return loaded
}
