import CKernels

/// A 3×3 convolution of stride 1 by transformed tiles, in blocks of tiles whose products stay in the cache.
struct WinogradConvolution {
    let filters: WinogradFilters
    /// Over one image.
    let geometry: fovea_window
    let images: UnsafePointer<Float>
    let count: Int
    let bias: UnsafePointer<Float>?
    let residual: UnsafePointer<Float>?
    let activation: Activation
    let out: UnsafeMutablePointer<Float>

    private var C: Int { filters.inputs }
    private var M: Int { filters.outputs }
    private var tileRows: Int { (geometry.OH + 3) / 4 }
    private var tileColumns: Int { (geometry.OW + 3) / 4 }

    /// The floats of a block's transformed tiles and of their products.
    private static let blockFloats = 512 * 1024

    func compute() {
        let tiles = count * tileRows * tileColumns
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
                        finish(range.lowerBound + index, from: products + index * M, plane: most * M)
                    }
                }
            }
        }
    }

    /// Where a tile lies: its image, and the first row and column of its outputs.
    private func place(_ tile: Int) -> (image: Int, y: Int, x: Int) {
        let (image, number) = tile.quotientAndRemainder(dividingBy: tileRows * tileColumns)
        return (image, number / tileColumns * 4, number % tileColumns * 4)
    }

    private func transform(_ tile: Int, into out: UnsafeMutablePointer<Float>, plane: Int) {
        let (H, W) = (geometry.H, geometry.W)
        let (image, y, x) = place(tile)
        let (top, left) = (y - geometry.top, x - geometry.left)
        var job = fovea_winograd_input(
            x: images + ((image * H + top) * W + left) * C, x_row: W * C, x_pixel: C, C: C, first_row: max(0, -top),
            last_row: min(6, H - top), first_column: max(0, -left), last_column: min(6, W - left), out: out,
            plane: plane)
        Kernels.selected.winograd_input(&job)
    }

    private func finish(_ tile: Int, from products: UnsafePointer<Float>, plane: Int) {
        let (OH, OW) = (geometry.OH, geometry.OW)
        let (image, y, x) = place(tile)
        let first = ((image * OH + y) * OW + x) * M
        var job = fovea_winograd_output(
            products: products, plane: plane, bias: bias, residual: residual.map { $0 + first }, out: out + first,
            out_row: OW * M, out_pixel: M, C: M, rows: min(4, OH - y), columns: min(4, OW - x),
            activation: activation.kernel)
        Kernels.selected.winograd_output(&job)
    }
}
