extension Tensor {
    /// Tensors side by side along their last axis; the other axes agree.
    public static func concatenated<let count: Int>(_ parts: InlineArray<count, Tensor>) -> Tensor {
        precondition(count > 0, "there is nothing to concatenate")
        var width = 0
        for index in parts.indices {
            let (shape, first) = (parts[index].shape, parts[0].shape)
            let length = shape[shape.count - 1]
            precondition(shape == first.withLast(length), "shapes \(first) and \(shape) don't lie side by side")
            width += length
        }
        let result = parts[0].shape.withLast(width)
        let rows = width == 0 ? 0 : result.product / width
        let start = OperationTrace.start()
        defer { OperationTrace.finish(start, .concatenation(result)) }
        return Tensor(shape: result) { out in
            guard let out = out.baseAddress else { return }
            var first = 0
            for index in parts.indices {
                let part = parts[index].contiguous()
                let length = part.shape[part.shape.count - 1]
                ComputePool.parallel(ranges: rows, grain: max(1, 16384 / max(length, 1))) { rows in
                    for row in rows {
                        (out + row * width + first).update(from: part.address + row * length, count: length)
                    }
                }
                withExtendedLifetime(part) {}
                first += length
            }
        }
    }
}
