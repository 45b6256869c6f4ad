/// An immutable array of 32-bit floats with a shape. Images and activations are `[N, H, W, C]`.
public struct Tensor: Sendable {
    /// The length of each axis, outermost first; `[]` is a scalar.
    public let shape: [Int]
    let storage: TensorStorage

    /// The number of elements.
    public var count: Int { shape.reduce(1, *) }

    /// Makes a tensor whose elements `fill` writes, every one, in row-major order.
    public init<E: Error>(
        shape: [Int], filledBy fill: (UnsafeMutableBufferPointer<Float>) throws(E) -> Void
    ) throws(E) {
        self.shape = shape
        storage = TensorStorage(count: shape.reduce(1, *))
        try fill(storage.elements)
    }

    /// Makes a tensor of `values` in row-major order; there must be as many as `shape` says.
    public init(_ values: [Float], shape: [Int]) {
        precondition(values.count == shape.reduce(1, *), "\(values.count) values do not fill shape \(shape)")
        self.init(shape: shape) { (elements: UnsafeMutableBufferPointer<Float>) in
            _ = elements.update(fromContentsOf: values)
        }
    }

    /// Calls `body` with the elements in row-major order.
    public func withElements<R, E: Error>(_ body: (UnsafeBufferPointer<Float>) throws(E) -> R) throws(E) -> R {
        try body(UnsafeBufferPointer(storage.elements))
    }

    /// The elements in row-major order, copied.
    public var values: [Float] { Array(storage.elements) }
}
