/// An immutable array of 32-bit floats with a shape. Images and activations are `[N, H, W, C]`.
///
/// A tensor is contiguous (its elements lie in row-major order) unless it is a view of another one: permuted, sliced
/// or expanded, it shares the other's memory and has its own strides.
public struct Tensor: Sendable {
    /// The length of each axis, outermost first; `[]` is a scalar.
    public let shape: Shape
    /// How many elements apart neighbours along each axis lie; 0 along an expanded axis.
    let strides: AxisNumbers
    /// Where in `storage` the first element lies.
    let offset: Int
    let storage: TensorStorage

    /// The number of elements.
    public var count: Int { shape.product }

    init(storage: TensorStorage, offset: Int, shape: Shape, strides: AxisNumbers) {
        (self.storage, self.offset, self.shape, self.strides) = (storage, offset, shape, strides)
    }

    /// Makes a tensor whose elements `fill` writes, every one, in row-major order.
    ///
    /// In a job of a compute pool its memory comes from `TensorMemory` and returns to it; elsewhere it is the tensor's
    /// own, and the system's again when the last tensor that shares it is gone.
    public init<E: Error>(
        shape: Shape, filledBy fill: (UnsafeMutableBufferPointer<Float>) throws(E) -> Void
    ) throws(E) {
        let count = shape.product
        let storage = TensorMemory.storage(count: count)
        try fill(UnsafeMutableBufferPointer(start: storage.start, count: count))
        self.init(storage: storage, offset: 0, shape: shape, strides: Self.rowMajorStrides(shape))
    }

    /// Makes a tensor of `values` in row-major order; there must be as many as `shape` says.
    public init(_ values: [Float], shape: Shape) {
        precondition(values.count == shape.product, "\(values.count) values do not fill shape \(shape)")
        self.init(shape: shape) { (elements: UnsafeMutableBufferPointer<Float>) in
            _ = elements.update(fromContentsOf: values)
        }
    }

    /// Makes a tensor with `value` everywhere, in the memory of one element.
    public init(repeating value: Float, shape: Shape) {
        let one = TensorMemory.storage(count: 1)
        one.start.pointee = value
        self.init(storage: one, offset: 0, shape: shape, strides: AxisNumbers(repeating: 0))
    }

    /// Calls `body` with the elements in row-major order; a view is copied for that.
    public func withElements<R, E: Error>(_ body: (UnsafeBufferPointer<Float>) throws(E) -> R) throws(E) -> R {
        let tensor = contiguous()
        defer { withExtendedLifetime(tensor.storage) {} }
        return try body(UnsafeBufferPointer(start: tensor.storage.start + tensor.offset, count: count))
    }

    /// A copy in memory of its own, for what outlives the job that computed it: the memory of jobs is for the next ones.
    public func kept() -> Tensor {
        let storage = TensorStorage(count: count)
        withElements { elements in
            if let first = elements.baseAddress { storage.start.update(from: first, count: elements.count) }
        }
        return Tensor(storage: storage, offset: 0, shape: shape, strides: Self.rowMajorStrides(shape))
    }

    /// Where the elements of a contiguous tensor begin; good as long as the tensor is held.
    var address: UnsafePointer<Float> {
        precondition(isContiguous, "a view of shape \(shape) has its elements in several places")
        return UnsafePointer(storage.start + offset)
    }

    /// The elements in row-major order, copied.
    public var values: [Float] { withElements { Array($0) } }

    static func rowMajorStrides(_ shape: Shape) -> AxisNumbers {
        var strides = AxisNumbers(repeating: 0)
        var step = 1
        for axis in shape.indices.reversed() {
            strides[axis] = step
            step *= shape[axis]
        }
        return strides
    }
}
