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
