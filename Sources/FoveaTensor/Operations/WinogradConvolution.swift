import CKernels

/// A 3×3 convolution of stride 1 by transformed tiles, in blocks of tiles whose products stay in the cache.
///
/// With a dilation of d, pixels whose places differ by less than d have nothing to do with one another: each of the d² phases
/// of an image, every d-th pixel of every d-th row, is an image of its own.
struct WinogradConvolution {
    let filters: WinogradFilters
    /// Of stride 1, over one image.
    let geometry: fovea_window
    let images: UnsafePointer<Float>
    /// Images.
    let count: Int
    let finish: ProductFinish
    let out: UnsafeMutablePointer<Float>

    private var C: Int { filters.inputs }
    private var M: Int { filters.outputs }
    private var step: Int { geometry.dilation }
    /// Of one phase.
    private var tileRows: Int { (geometry.OH + 4 * step - 1) / (4 * step) }
    private var tileColumns: Int { (geometry.OW + 4 * step - 1) / (4 * step) }

    /// The floats of a block's transformed tiles and of their products.
    private static let blockFloats = 512 * 1024

    func compute() {
        let tiles = count * step * step * tileRows * tileColumns
        let unit = Kernels.selected.tile_rows
        let fitting = max(unit, Self.blockFloats / (36 * (C + M)) / unit * unit)
        let blocks = (tiles + fitting - 1) / max(fitting, 1)
        let most = (tiles + blocks - 1) / max(blocks, 1)
        ComputePool.withScratch(floats: 36 * most * (C + M)) { scratch in
            let (inputs, products) = (scratch, scratch + 36 * most * C)
            for block in 0..<blocks {
                let range = block * most..<min(tiles, (block + 1) * most)
                ComputePool.parallel(ranges: range.count, grain: 4) { part in
                    for index in part { transform(range.lowerBound + index, into: inputs + index * C, plane: most * C) }
                }
                ComputePool.parallel(count: 36) { number in
                    filters.matrices[number].multiply(
                        inputs + number * most * C, xRow: C, into: products + number * most * M, outRow: M,
                        ProductFinish(bias: nil, residual: nil, activation: .none), rows: 0..<range.count,
                        panels: 0..<filters.matrices[number].panels)
                }
                ComputePool.parallel(ranges: range.count, grain: 4) { part in
                    for index in part {
                        transformBack(range.lowerBound + index, from: products + index * M, plane: most * M)
                    }
                }
            }
        }
    }

    /// Where a tile lies: its image, and the row and column of its first output.
    private func place(_ tile: Int) -> (image: Int, y: Int, x: Int) {
        let (phase, number) = tile.quotientAndRemainder(dividingBy: tileRows * tileColumns)
        let (image, shift) = phase.quotientAndRemainder(dividingBy: step * step)
        return (
            image, shift / step + number / tileColumns * 4 * step, shift % step + number % tileColumns * 4 * step
        )
    }

    /// How many of `most` numbers `first`, `first + step`, … are below `end`.
    private func steps(from first: Int, to end: Int, most: Int) -> Int {
        min(most, max(0, (end - first + step - 1) / step))
    }

    private func transform(_ tile: Int, into out: UnsafeMutablePointer<Float>, plane: Int) {
        let (H, W) = (geometry.H, geometry.W)
        let (image, y, x) = place(tile)
        let (top, left) = (y - geometry.top, x - geometry.left)
        var job = fovea_winograd_input(
            x: images + ((image * H + top) * W + left) * C, x_row: step * W * C, x_pixel: step * C, C: C,
            first_row: steps(from: top, to: 0, most: 6), last_row: steps(from: top, to: H, most: 6),
            first_column: steps(from: left, to: 0, most: 6), last_column: steps(from: left, to: W, most: 6), out: out,
            plane: plane)
        Kernels.selected.winograd_input(&job)
    }

    private func transformBack(_ tile: Int, from products: UnsafePointer<Float>, plane: Int) {
        let (OH, OW) = (geometry.OH, geometry.OW)
        let (image, y, x) = place(tile)
        let first = ((image * OH + y) * OW + x) * M
        var job = fovea_winograd_output(
            products: products, plane: plane, bias: finish.bias, residual: finish.residual.map { $0 + first },
            out: out + first, out_row: step * OW * M, out_pixel: step * M, C: M, rows: steps(from: y, to: OH, most: 4),
            columns: steps(from: x, to: OW, most: 4), activation: finish.activation.kernel)
        Kernels.selected.winograd_output(&job)
    }
}
