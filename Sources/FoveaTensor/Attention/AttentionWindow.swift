import CKernels

/// The attention of one head in one window.
struct AttentionWindow {
    let attention: GridAttention
    let head: Int
    /// Where the image's first token is, and how many tokens a row has.
    let qkv: UnsafePointer<Float>
    let rowTokens: Int
    /// The window's tokens, in rows and columns of the image; those of `side` beyond these are padding.
    let rows, columns: Range<Int>
    let side: (rows: Int, columns: Int)
    /// Where the result of the image's first token is.
    let out: UnsafeMutablePointer<Float>

    /// Queries that are worth a product of their own.
    private static let queriesWorthAProduct = 56

    private var width: Int { attention.width }
    private var tokenFloats: Int { 3 * attention.channels }

    func compute() {
        let blockRows = KeyBlock.rows(columns: side.columns)
        let blocks = (side.rows + blockRows - 1) / blockRows
        let blockFloats = KeyBlock.floats(blockRows * side.columns, width: width)
        ComputePool.withScratch(floats: blocks * blockFloats) { memory in
            let keys = (0..<blocks).map { number in
                keyBlock(number * blockRows..<min(side.rows, (number + 1) * blockRows), memory + number * blockFloats)
            }
            let groupRows = max(1, Self.queriesWorthAProduct / columns.count)
            ComputePool.parallel(count: (rows.count + groupRows - 1) / groupRows) { group in
                let first = rows.lowerBound + group * groupRows
                answer(first..<min(first + groupRows, rows.upperBound), keys)
            }
        }
    }

    private func keyBlock(_ windowRows: Range<Int>, _ memory: UnsafeMutablePointer<Float>) -> KeyBlock {
        let offset = attention.channels + head * width
        let padding = attention.padding?.address
        let count = windowRows.count * side.columns
        return ComputePool.withScratch(bytes: count * MemoryLayout<UnsafePointer<Float>>.stride) { addresses in
            let tokens = addresses.bindMemory(to: UnsafePointer<Float>.self, capacity: count)
            var next = tokens
            for y in rows.lowerBound + windowRows.lowerBound..<rows.lowerBound + windowRows.upperBound {
                for x in columns.lowerBound..<columns.lowerBound + side.columns {
                    let isInside = y < rows.upperBound && x < columns.upperBound
                    next.initialize(to: (isInside ? token(y, x) : padding ?? token(y, x)) + offset)
                    next += 1
                }
            }
            return KeyBlock(
                row: windowRows.lowerBound, tokens: UnsafeBufferPointer(start: tokens, count: count), width: width,
                in: memory, step: attention.channels)
        }
    }

    private func token(_ y: Int, _ x: Int) -> UnsafePointer<Float> { qkv + (y * rowTokens + x) * tokenFloats }

    /// Computes what the queries of some rows of the image get.
    private func answer(_ queryRows: Range<Int>, _ keys: [KeyBlock]) {
        let count = queryRows.count * columns.count
        // Whole cache lines: a vector that lies in two of them takes twice as long to be written.
        let mostKeys = keys.reduce(0) { max($0, ($1.keys + 15) & ~15) }
        ComputePool.withScratch(floats: count * (2 * width + mostKeys + 2)) { memory in
            let (queries, results) = (memory, memory + count * width)
            let scores = results + count * width
            let state = (largest: scores + count * mostKeys, sums: scores + count * (mostKeys + 1))
            state.largest.update(repeating: -.infinity, count: count)
            state.sums.update(repeating: 0, count: count)
            for (index, y) in queryRows.enumerated() {
                for (column, x) in columns.enumerated() {
                    (queries + (index * columns.count + column) * width).update(
                        from: token(y, x) + head * width, count: width)
                }
            }
            withBias(queries, count) { bias in
                for (number, block) in keys.enumerated() {
                    multiply(
                        queries, xRow: width, count, width, block.packedKeys, columns: block.keys, into: scores,
                        outRow: mostKeys)
                    for (index, y) in queryRows.enumerated() {
                        let first = index * columns.count
                        var softmax = fovea_softmax_block(
                            scores: scores + first * mostKeys, scores_row: mostKeys, queries: columns.count,
                            keys: block.keys, row_bias: nil, row_bias_step: 0, column_bias: nil, column_bias_step: 0,
                            columns: block.keys, largest: state.largest + first, sums: state.sums + first,
                            out: results + first * width, width: width)
                        bias.add(to: &softmax, first, row: y - rows.lowerBound, block, side)
                        Kernels.selected.softmax_block(&softmax)
                    }
                    multiply(
                        scores, xRow: mostKeys, count, block.keys, block.packedValues, columns: width, into: results,
                        adding: number > 0)
                }
            }
            for (index, y) in queryRows.enumerated() {
                let first = index * columns.count
                Kernels.selected.divide_rows(
                    out + (y * rowTokens + columns.lowerBound) * attention.channels + head * width,
                    attention.channels, results + first * width, state.sums + first, columns.count, width)
            }
        }
    }

    /// Calls `body` with what the position bias of `count` queries is.
    private func withBias(_ queries: UnsafePointer<Float>, _ count: Int, _ body: (Bias) -> Void) {
        switch attention.bias {
        case .none: body(.none)
        case .table(let table): body(.table(table.address + head * side.rows * side.columns * side.rows * side.columns))
        case .decomposed(let rows, let columns):
            ComputePool.withScratch(floats: count * (rows.N + columns.N)) { products in
                let columnProducts = products + count * rows.N
                for (matrix, target) in [(rows, products), (columns, columnProducts)] {
                    matrix.multiply(
                        queries, xRow: width, into: target, outRow: matrix.N,
                        ProductFinish(bias: nil, residual: nil, activation: .none), rows: 0..<count,
                        panels: 0..<matrix.panels)
                }
                body(.decomposed(rows: products, columns: columnProducts))
            }
        }
    }

    /// `out = x · packed`, or added to what is there; `x` is `[count, K]`, `packed` `[K, columns]`. Rows of `x` and, unless they
    /// touch, of `out` lie as many floats apart as said.
    private func multiply(
        _ x: UnsafePointer<Float>, xRow: Int, _ count: Int, _ K: Int, _ packed: UnsafePointer<Float>, columns: Int,
        into out: UnsafeMutablePointer<Float>, outRow: Int? = nil, adding: Bool = false
    ) {
        let outRow = outRow ?? columns
        withUnsafePointer(to: 0) { start in
            var product = fovea_product(
                x: x, x_row: xRow, offsets: start, segments: 1, segment: K, weights: packed, N: columns, bias: nil,
                residual: adding ? UnsafePointer(out) : nil, residual_row: outRow, out: out, out_row: outRow,
                activation: .none)
            let panel = Kernels.selected.panel_columns
            Kernels.selected.product(&product, 0, count, 0, (columns + panel - 1) / panel)
        }
    }
}

/// The position bias of some queries.
private enum Bias {
    case none
    /// Of the head, `[queries, keys]` of a window.
    case table(UnsafePointer<Float>)
    /// For each query, by distance to the key in rows and in columns.
    case decomposed(rows: UnsafePointer<Float>, columns: UnsafePointer<Float>)

    /// Says what is to be added to the scores of a row of queries, of which the first is number `first`, with a block.
    ///
    /// - Parameter row: the queries' row of the window; their columns begin with its first.
    func add(
        to softmax: inout fovea_softmax_block, _ first: Int, row: Int, _ block: KeyBlock,
        _ side: (rows: Int, columns: Int)
    ) {
        switch self {
        case .none: break
        case .table(let table):
            let keys = side.rows * side.columns
            softmax.column_bias = table + row * side.columns * keys + block.row * side.columns
            softmax.column_bias_step = keys
        case .decomposed(let rows, let columns):
            let (N, M) = (2 * side.rows - 1, 2 * side.columns - 1)
            softmax.row_bias = rows + first * N + side.rows - 1 - row + block.row
            softmax.row_bias_step = N
            // The next query is one column nearer to every key.
            softmax.column_bias = columns + first * M + side.columns - 1
            softmax.column_bias_step = M - 1
            softmax.columns = side.columns
        }
    }
}
