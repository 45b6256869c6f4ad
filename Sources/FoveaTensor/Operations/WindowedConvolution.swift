import CKernels

/// A convolution as products of windows with the filters.
struct WindowedConvolution {
    let filters: PackedFilters
    let window: Window
    /// Over one image.
    let geometry: fovea_window
    /// Images.
    let count: Int
    let finish: ProductFinish
    let out: UnsafeMutablePointer<Float>

    private var OH: Int { geometry.OH }
    private var OW: Int { geometry.OW }

    /// Writes row `y` of image `image`, `W * filters.inputs` floats.
    typealias Read = (_ image: Int, _ y: Int, _ row: UnsafeMutablePointer<Float>) -> Void

    func compute(_ read: Read) {
        let fillsNoTile = OW < Kernels.selected.tile_rows && OH <= Self.mostRows
        if fillsNoTile, filters.groups == 1, let matrix = filters.matrices.first {
            for image in 0..<count { multiplyPatches(image, matrix, read) }
        } else {
            multiplyBands(read)
        }
    }

    /// The output rows of an image whose windows may all be copied at once.
    private static let mostRows = 64

    private func band(rows: Int? = nil) -> PaddedBand {
        PaddedBand(
            window: window, H: geometry.H, W: geometry.W, C: filters.inputs, groups: filters.groups, rows: rows)
    }

    /// One small image as a product of all its windows, each copied to a row: rows of an image that fill no tile of the
    /// product would cost more than copying.
    private func multiplyPatches(_ image: Int, _ matrix: PackedMatrix, _ read: Read) {
        let band = band(rows: OH)
        let first = image * OH * OW * matrix.N
        ComputePool.withScratch(floats: band.floats + OH * OW * matrix.K) { scratch in
            let patches = scratch + band.floats
            band.fill(scratch, 0..<OH) { y, row in read(image, y, row) }
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
            RowProduct(
                rows: OH * OW, x: patches, scale: nil, weights: matrix, finish: finish.shifted(by: first),
                out: out + first
            ).compute()
        }
    }

    /// Row by row of the output, whose windows are runs of a band of padded input rows: none is copied.
    private func multiplyBands(_ read: Read) {
        let band = band()
        ComputePool.parallel(ranges: count * OH, grain: band.worthwhileRows(OW)) { outputRows in
            band.withOffsets { offsets in
                ComputePool.withScratch(floats: band.floats) { scratch in
                    band.forEach(outputRows, OH: OH) { image, rows in
                        band.fill(scratch, rows) { y, row in read(image, y, row) }
                        for y in rows {
                            multiply(
                                scratch + (y - rows.lowerBound) * band.rowStep, band, offsets, row: image * OH + y)
                        }
                    }
                }
            }
        }
    }

    /// One row of output pixels, of all groups; `row` counts through all images.
    private func multiply(
        _ x: UnsafePointer<Float>, _ band: PaddedBand, _ offsets: UnsafeBufferPointer<Int>, row: Int
    ) {
        let outputs = filters.outputs / filters.groups
        for (index, matrix) in filters.matrices.enumerated() {
            let first = row * OW * filters.outputs + index * outputs
            matrix.multiply(
                x + index * filters.inputs / filters.groups, xRow: band.pixelStep, offsets: offsets, into: out + first,
                outRow: filters.outputs,
                finish.shifted(by: first, columns: index * outputs, residualRow: filters.outputs), rows: 0..<OW,
                panels: 0..<matrix.panels)
        }
    }
}
