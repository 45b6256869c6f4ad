extension Box {
    /// Whether none of the corners is infinite or NaN.
    public var isFinite: Bool { x0.isFinite && y0.isFinite && x1.isFinite && y1.isFinite }

    /// Whether it has no width or no height, or one that is negative or NaN.
    public var isEmpty: Bool { !(x1 > x0 && y1 > y0) }

    /// Returns what lies in an image of `width` × `height` pixels: corners outside of it move to its border.
    ///
    /// A corner that is NaN becomes 0, so that the result is always finite; a box that had one may so become empty, or not.
    ///
    /// - Parameter pixelOffset: how much the largest coordinate is less than `width` or `height`: 1 where corners are pixels
    ///   that belong to the box.
    public func clipped(width: Float, height: Float, pixelOffset: Float = 0) -> Box {
        func clip(_ coordinate: Float, _ length: Float) -> Float {
            // In this order, for NaN.
            coordinate > 0 ? min(coordinate, max(length - pixelOffset, 0)) : 0
        }
        return Box(x0: clip(x0, width), y0: clip(y0, height), x1: clip(x1, width), y1: clip(y1, height))
    }
}
