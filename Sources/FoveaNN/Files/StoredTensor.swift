import FoveaTensor

/// Where the elements of a tensor lie in a file.
struct StoredTensor: Sendable, Equatable {
    let type: ElementType
    let shape: [Int]
    /// Elements from one index of an axis to the next; a transposed or expanded view has others than row-major ones.
    let strides: [Int]
    /// The byte in the file where the element at index 0 of every axis starts; any alignment.
    let offset: Int

    /// The number of elements of `shape`, which must fit a file of `bytes`.
    ///
    /// One element at least takes a byte, so a tensor of more elements than the file has bytes could only be an
    /// expanded view made to exhaust memory. Axes of length 0 count as 1: nothing that is computed of the shape later,
    /// in whatever order, may overflow.
    static func count(of shape: [Int], inFileOf bytes: Int) throws(CheckpointError) -> Int {
        var product = 1
        for length in shape {
            let (next, overflows) = product.multipliedReportingOverflow(by: max(length, 1))
            guard length >= 0, !overflows else { throw .impossibleShape(shape) }
            product = next
        }
        if shape.contains(0) { return 0 }
        guard product <= bytes else { throw .impossibleShape(shape) }
        return product
    }

    /// The strides of a row-major tensor; `shape` has passed `count(of:inFileOf:)`.
    static func rowMajorStrides(of shape: [Int]) -> [Int] {
        var strides = shape
        var stride = 1
        for axis in shape.indices.reversed() {
            strides[axis] = stride
            stride *= max(shape[axis], 1)
        }
        return strides
    }

    /// Elements from the first to the last that the view reaches, both included; nil if that overflows.
    static func span(of shape: [Int], strides: [Int]) -> Int? {
        guard !shape.contains(0) else { return 0 }
        var last = 0
        for (length, stride) in zip(shape, strides) {
            let (step, stepOverflows) = (length - 1).multipliedReportingOverflow(by: stride)
            let (next, overflows) = last.addingReportingOverflow(step)
            guard stride >= 0, !stepOverflows, !overflows else { return nil }
            last = next
        }
        let (span, overflows) = last.addingReportingOverflow(1)
        return overflows ? nil : span
    }

    /// Reads the elements as row-major float32.
    func read(from file: CheckpointFile) throws(CheckpointError) -> Tensor {
        switch type {
        case .f32: try read(Float.self, from: file)
        case .f64: try read(Double.self, from: file)
        case .f16: try read(StoredFloat16.self, from: file)
        case .bf16: try read(StoredBFloat16.self, from: file)
        case .i64: try read(Int64.self, from: file)
        case .i32: try read(Int32.self, from: file)
        case .i16: try read(Int16.self, from: file)
        case .i8: try read(Int8.self, from: file)
        case .u8: try read(UInt8.self, from: file)
        case .bool: try read(StoredBool.self, from: file)
        }
    }

    private func read<Element: StoredElement>(
        _: Element.Type, from file: CheckpointFile
    ) throws(CheckpointError) -> Tensor {
        let view = StridedView(shape: shape, strides: strides)
        return try Tensor(shape: Shape(shape)) { floats throws(CheckpointError) in
            if Element.self == Float.self, view.isContiguous {
                return try file.read(into: UnsafeMutableRawBufferPointer(floats), at: offset)
            }
            guard let span = StoredTensor.span(of: shape, strides: strides) else { throw .impossibleShape(shape) }
            let stored = UnsafeMutableBufferPointer<Element>.allocate(capacity: span)
            defer { stored.deallocate() }
            try file.read(into: UnsafeMutableRawBufferPointer(stored), at: offset)
            view.copy(UnsafeBufferPointer(stored), to: floats)
        }
    }
}
