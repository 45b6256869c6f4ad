extension Tensor {
    /// Lets the tokens of images attend to each other: softmax(q · kᵀ + bias) · v, in tiles, so that no matrix of all scores is
    /// ever there (https://arxiv.org/abs/2205.14135).
    ///
    /// Takes queries, keys and values `[N, H, W, 3 * C]` and gives `[N, H, W, C]`, where C is that of all heads.
    public func attention(_ attention: GridAttention) -> Tensor {
        attention.check(shape)
        let (N, H, W, C) = (shape[0], shape[1], shape[2], attention.channels)
        let start = OperationTrace.start()
        defer { OperationTrace.finish(start, .attention(shape, attention)) }
        let x = contiguous()
        defer { withExtendedLifetime((x, attention)) {} }
        let (side, rows, columns) = attention.windows(H, W)
        return Tensor(shape: Shape(N, H, W, C)) { out in
            guard let out = out.baseAddress else { return }
            ComputePool.parallel(count: N * rows * columns * attention.heads) { index in
                let (window, head) = index.quotientAndRemainder(dividingBy: attention.heads)
                let (image, place) = window.quotientAndRemainder(dividingBy: rows * columns)
                let (row, column) = place.quotientAndRemainder(dividingBy: columns)
                AttentionWindow(
                    attention: attention, head: head, qkv: x.address + image * H * W * 3 * C, rowTokens: W,
                    rows: row * side.rows..<min(H, (row + 1) * side.rows),
                    columns: column * side.columns..<min(W, (column + 1) * side.columns), side: side,
                    out: out + image * H * W * C
                ).compute()
            }
        }
    }
}
