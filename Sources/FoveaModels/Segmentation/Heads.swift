import FoveaTensor

/// Tokens cut into the heads of an attention, each of which sees its own part of them.
struct Heads: Sendable {
    let count: Int
    /// The length of a token, all heads together.
    let width: Int

    private var headWidth: Int { width / count }
    /// What scores are multiplied with.
    var scale: Float { 1 / Float(headWidth).squareRoot() }

    /// Each token `[T, width]` once for each head, times `factor`, with zeros in the place of the other heads:
    /// `[T · count, width]`. A product with it is that of each head by itself.
    func spread(_ tokens: Tensor, by factor: Float = 1) -> Tensor {
        Tensor(shape: Shape(tokens.shape[0] * count, width)) { out in
            out.update(repeating: 0)
            tokens.withElements { tokens in
                for row in 0..<tokens.count / headWidth {
                    let (from, to) = places(ofPart: row)
                    for i in 0..<headWidth { out[to + i] = factor * tokens[from + i] }
                }
            }
        }
    }

    /// Of rows as `spread` has them each head's own part, `[T, width]`.
    func gathered(_ rows: Tensor) -> Tensor {
        Tensor(shape: Shape(rows.shape[0] / count, width)) { out in
            rows.withElements { rows in
                for row in 0..<out.count / headWidth {
                    let (to, from) = places(ofPart: row)
                    for i in 0..<headWidth { out[to + i] = rows[from + i] }
                }
            }
        }
    }

    /// The products of each token's heads with those of `vector`, times `factor`: `[T · count]`.
    func products(_ tokens: Tensor, _ vector: [Float], by factor: Float) -> Tensor {
        Tensor(shape: Shape(tokens.shape[0] * count)) { out in
            tokens.withElements { tokens in
                for row in out.indices {
                    let first = row % count * headWidth
                    var sum: Float = 0
                    for i in 0..<headWidth { sum += tokens[row * headWidth + i] * vector[first + i] }
                    out[row] = factor * sum
                }
            }
        }
    }

    /// Where a head's part of a token begins among tokens and among rows; parts are counted token by token.
    private func places(ofPart part: Int) -> (token: Int, row: Int) {
        (part * headWidth, part * width + part % count * headWidth)
    }
}
