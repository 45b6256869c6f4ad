public import FoveaTensor

extension Box {
    /// `x0`, `y0`, `x1`, `y1`, as answers have them.
    public var corners: [Float] { [x0, y0, x1, y1] }

    /// Whether all corners are numbers.
    var isFinite: Bool { corners.allSatisfy(\.isFinite) }
}
