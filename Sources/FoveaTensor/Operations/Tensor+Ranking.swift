import CKernels

extension Tensor {
    /// The last axis as probabilities: exp(x) divided by the sum of exp(x), computed without overflow.
    public func softmax() -> Tensor {
        let start = OperationTrace.start()
        defer { OperationTrace.finish(start, .softmax(shape)) }
        let C = shape.last ?? 1
        let rows = C == 0 ? 0 : count / C
        let x = contiguous()
        defer { withExtendedLifetime(x) {} }
        return Tensor(shape: shape) { out in
            guard let out = out.baseAddress else { return }
            ComputePool.parallel(ranges: rows, grain: 16) { rows in
                let first = rows.lowerBound * C
                Kernels.selected.softmax(out + first, x.address + first, rows.count, C)
            }
        }
    }

    /// The second to last axis as probabilities, for each place of the last: `[..., R, C]` has columns that add up to 1.
    public func softmaxOfColumns() -> Tensor {
        precondition(shape.count >= 2, "columns need two axes, not \(shape)")
        let start = OperationTrace.start()
        defer { OperationTrace.finish(start, .softmax(shape)) }
        let (R, C) = (shape[shape.count - 2], shape[shape.count - 1])
        let matrices = R * C == 0 ? 0 : count / (R * C)
        let x = contiguous()
        defer { withExtendedLifetime(x) {} }
        return Tensor(shape: shape) { out in
            guard let out = out.baseAddress else { return }
            if matrices > 1 {
                ComputePool.parallel(ranges: matrices, grain: max(1, 4096 / (R * C))) { range in
                    let first = range.lowerBound * R * C
                    Kernels.selected.softmax_columns(out + first, x.address + first, range.count, R, C, 0, C)
                }
            } else if matrices == 1 {
                // Whole cache lines each.
                let lanes = 16
                ComputePool.parallel(ranges: (C + lanes - 1) / lanes, grain: max(1, 4096 / (R * lanes))) { panels in
                    Kernels.selected.softmax_columns(
                        out, x.address, 1, R, C, panels.lowerBound * lanes, min(panels.upperBound * lanes, C))
                }
            }
        }
    }

    /// The `k` largest elements with their row-major indices, largest first; of equal ones the lower index is first.
    /// NaN ranks below every number. Fewer where there are fewer.
    public func top(_ k: Int) -> [(index: Int, value: Float)] {
        withElements { elements in
            let ranked = elements.indices.sorted { a, b in
                let (x, y) = (elements[a], elements[b])
                if x.isNaN || y.isNaN { return !x.isNaN || (y.isNaN && a < b) }
                return x > y || (x == y && a < b)
            }
            return ranked.prefix(max(k, 0)).map { (index: $0, value: elements[$0]) }
        }
    }
}
