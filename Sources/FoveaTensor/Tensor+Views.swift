import CKernels

extension Tensor {
    /// Whether the elements lie in row-major order without gaps.
    public var isContiguous: Bool {
        var step = 1
        for axis in shape.indices.reversed() where shape[axis] != 1 {
            if strides[axis] != step { return false }
            step *= shape[axis]
        }
        return true
    }

    /// The same elements in row-major order: this tensor if it is contiguous already, else a copy.
    public func contiguous() -> Tensor {
        if isContiguous || count == 0 { return self }
        return Tensor(shape: shape) { out in
            guard let to = out.baseAddress else { return }
            shape.lengths.span.withUnsafeBufferPointer { lengths in
                strides.span.withUnsafeBufferPointer { strides in
                    guard let lengths = lengths.baseAddress, let strides = strides.baseAddress else { return }
                    fovea_copy_strided(to, storage.start + offset, shape.count, lengths, strides)
                }
            }
        }
    }

    /// A view whose axis `i` is this tensor's axis `axes[i]`; `axes` names each axis once.
    public func permuted(_ axes: [Int]) -> Tensor {
        precondition(
            axes.count == shape.count && shape.indices.allSatisfy(axes.contains),
            "\(axes) is no order of the axes of shape \(shape)")
        var (lengths, steps) = (shape, strides)
        for (axis, from) in axes.enumerated() {
            lengths[axis] = shape[from]
            steps[axis] = strides[from]
        }
        return Tensor(storage: storage, offset: offset, shape: lengths, strides: steps)
    }

    /// The same elements, in row-major order, with another shape of as many elements. Copies only a view.
    public func reshaped(_ shape: Shape) -> Tensor {
        precondition(shape.product == count, "shape \(self.shape) can't become \(shape)")
        let tensor = contiguous()
        return Tensor(
            storage: tensor.storage, offset: tensor.offset, shape: shape, strides: Self.rowMajorStrides(shape))
    }

    /// A view of the indices `range` along `axis`.
    public func sliced(_ axis: Int, _ range: Range<Int>) -> Tensor {
        precondition(range.lowerBound >= 0 && range.upperBound <= shape[axis], "\(range) is outside shape \(shape)")
        var lengths = shape
        lengths[axis] = range.count
        return Tensor(
            storage: storage, offset: offset + range.lowerBound * strides[axis], shape: lengths, strides: strides)
    }

    /// A view in which each axis of length 1 is as long as `shape` says, all its elements being the one that is there.
    public func expanded(to shape: Shape) -> Tensor {
        precondition(shape.count == self.shape.count, "shape \(self.shape) can't be expanded to \(shape)")
        var steps = strides
        for axis in shape.indices where shape[axis] != self.shape[axis] {
            precondition(self.shape[axis] == 1, "shape \(self.shape) can't be expanded to \(shape)")
            steps[axis] = 0
        }
        return Tensor(storage: storage, offset: offset, shape: shape, strides: steps)
    }
}
