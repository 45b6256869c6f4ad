/// An immutable array of 32-bit floats with a shape. Images and activations are `[N, H, W, C]`.
///
/// A tensor is contiguous (its elements lie in row-major order) unless it is a view of another one: permuted, sliced
/// or expanded, it shares the other's memory and has its own strides.
public struct Tensor: Sendable {
    /// The length of each axis, outermost first; `[]` is a scalar.
    public let shape: [Int]
    /// How many elements apart neighbours along each axis lie; 0 along an expanded axis.
    let strides: [Int]
    /// Where in `storage` the first element lies.
    let offset: Int
    let storage: TensorStorage

    /// The number of elements.
    public var count: Int { shape.reduce(1, *) }

    init(storage: TensorStorage, offset: Int, shape: [Int], strides: [Int]) {
        (self.storage, self.offset, self.shape, self.strides) = (storage, offset, shape, strides)
    }

    /// Makes a tensor whose elements `fill` writes, every one, in row-major order.
    public init<E: Error>(
        shape: [Int], filledBy fill: (UnsafeMutableBufferPointer<Float>) throws(E) -> Void
    ) throws(E) {
        let storage = TensorStorage(count: shape.reduce(1, *))
        try fill(storage.elements)
        self.init(storage: storage, offset: 0, shape: shape, strides: Self.rowMajorStrides(shape))
    }

    /// Makes a tensor of `values` in row-major order; there must be as many as `shape` says.
    public init(_ values: [Float], shape: [Int]) {
        precondition(values.count == shape.reduce(1, *), "\(values.count) values do not fill shape \(shape)")
        self.init(shape: shape) { (elements: UnsafeMutableBufferPointer<Float>) in
            _ = elements.update(fromContentsOf: values)
        }
    }

    /// Makes a tensor with `value` everywhere, in the memory of one element.
    public init(repeating value: Float, shape: [Int]) {
        self = Tensor([value], shape: Array(repeating: 1, count: shape.count)).expanded(to: shape)
    }

    /// Calls `body` with the elements in row-major order; a view is copied for that.
    public func withElements<R, E: Error>(_ body: (UnsafeBufferPointer<Float>) throws(E) -> R) throws(E) -> R {
        let tensor = contiguous()
        defer { withExtendedLifetime(tensor.storage) {} }
        return try body(UnsafeBufferPointer(rebasing: tensor.storage.elements[tensor.elementRange]))
    }

    /// Where the elements of a contiguous tensor begin; good as long as the tensor is held.
    var address: UnsafePointer<Float> {
        precondition(isContiguous, "a view of shape \(shape) has its elements in several places")
        return UnsafePointer(storage.elements.baseAddress.unsafelyUnwrapped + offset)
    }

    /// The elements in row-major order, copied.
    public var values: [Float] { withElements { Array($0) } }

    /// The elements of a contiguous tensor in its storage.
    private var elementRange: Range<Int> { offset..<offset + count }

    static func rowMajorStrides(_ shape: [Int]) -> [Int] {
        var strides = shape
        var step = 1
        for axis in shape.indices.reversed() {
            strides[axis] = step
            step *= shape[axis]
        }
        return strides
    }
}
