/// One number for each axis a tensor may have, kept in the value itself.
public typealias AxisNumbers = InlineArray<8, Int>

/// The length of each axis of a tensor, outermost first; `[]` is a scalar's.
///
/// Has at most `mostAxes` axes and takes no memory from the heap, so that an operation can make one at any time.
public struct Shape: Sendable {
    /// As many as the tensors of a checkpoint may have.
    public static var mostAxes: Int { AxisNumbers.count }

    @usableFromInline var lengths = AxisNumbers(repeating: 0)
    /// The number of axes.
    @usableFromInline var rank: Int

    @inlinable
    public init() { rank = 0 }

    @inlinable
    public init(_ A: Int) {
        rank = 1
        lengths[0] = A
    }

    @inlinable
    public init(_ A: Int, _ B: Int) {
        rank = 2
        (lengths[0], lengths[1]) = (A, B)
    }

    @inlinable
    public init(_ A: Int, _ B: Int, _ C: Int) {
        rank = 3
        (lengths[0], lengths[1], lengths[2]) = (A, B, C)
    }

    /// For example `Shape(N, H, W, C)`.
    @inlinable
    public init(_ A: Int, _ B: Int, _ C: Int, _ D: Int) {
        rank = 4
        (lengths[0], lengths[1], lengths[2], lengths[3]) = (A, B, C, D)
    }

    /// A shape of these lengths, at most `mostAxes` of them.
    @inlinable
    public init(_ lengths: some Collection<Int>) {
        precondition(lengths.count <= Self.mostAxes, "a tensor has at most \(Self.mostAxes) axes")
        rank = 0
        for length in lengths {
            self.lengths[rank] = length
            rank += 1
        }
    }

    /// The number of elements of a tensor of this shape.
    @inlinable public var product: Int { reduce(1, *) }

    /// This shape with another innermost length.
    func withLast(_ length: Int) -> Shape {
        var shape = self
        shape[rank - 1] = length
        return shape
    }
}

extension Shape: RandomAccessCollection, MutableCollection {
    @inlinable public var startIndex: Int { 0 }
    @inlinable public var endIndex: Int { rank }

    @inlinable
    public subscript(axis: Int) -> Int {
        get {
            precondition(axis >= 0 && axis < rank, "a tensor has no such axis")
            return lengths[axis]
        }
        set {
            precondition(axis >= 0 && axis < rank, "a tensor has no such axis")
            lengths[axis] = newValue
        }
    }
}

extension Shape: ExpressibleByArrayLiteral {
    /// Where a length isn't a constant the literal's array may come from the heap: what runs in a job calls
    /// `Shape(N, H, W, C)`.
    @inlinable
    public init(arrayLiteral lengths: Int...) { self.init(lengths) }
}

extension Shape: Hashable {
    @inlinable
    public static func == (a: Shape, b: Shape) -> Bool { a.elementsEqual(b) }

    @inlinable
    public func hash(into hasher: inout Hasher) {
        hasher.combine(rank)
        for length in self { hasher.combine(length) }
    }
}

extension Shape: CustomStringConvertible {
    /// As in `[1, 224, 224, 3]`.
    public var description: String { "\(Array(self))" }
}
