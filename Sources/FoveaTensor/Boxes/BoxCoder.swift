import Glibc

/// Boxes as four numbers relative to proposals: how far the centre is moved, in sides of the proposal, and the logarithms
/// of how much the sides grow (R-CNN, https://arxiv.org/abs/1311.2524, appendix C).
public struct BoxCoder: Sendable, Equatable {
    /// Which logarithms of growth are held within ±ln(1000 / 16).
    public enum SizeLimit: Sendable {
        case none
        /// Those over it: torchvision.
        case upper
        /// Those over it and under it: mmdetection.
        case both
    }

    /// What the network's four numbers, dx, dy, dw and dh, are multiplied with.
    public let deviations: SIMD4<Float>
    /// 1 where a box from 3 to 5 is 3 pixels wide, 0 where it is 2.
    public let pixelOffset: Float
    public let sizeLimit: SizeLimit

    private static let mostGrowth: Float = 4.135_166_556_742_356

    public init(deviations: SIMD4<Float> = .one, pixelOffset: Float = 0, sizeLimit: SizeLimit = .both) {
        (self.deviations, self.pixelOffset, self.sizeLimit) = (deviations, pixelOffset, sizeLimit)
    }

    /// Returns the box that the network's numbers `deltas` (dx, dy, dw, dh) mean.
    ///
    /// It isn't finite where the numbers or the proposal aren't, or where the box is too large for a float. Its corners are
    /// half a side from its centre, whatever `pixelOffset` is, as in the implementations that have one.
    public func decoded(_ deltas: SIMD4<Float>, from proposal: Box) -> Box {
        let delta = deltas * deviations
        let (centre, size) = measure(proposal)
        let (x, y) = (centre.x + size.x * delta.x, centre.y + size.y * delta.y)
        let (halfWidth, halfHeight) = (size.x * exp(limited(delta.z)) / 2, size.y * exp(limited(delta.w)) / 2)
        return Box(x0: x - halfWidth, y0: y - halfHeight, x1: x + halfWidth, y1: y + halfHeight)
    }

    /// Returns the numbers (dx, dy, dw, dh) for which a network is trained whose proposal is to become `target`.
    ///
    /// They aren't finite if either box is empty.
    public func encoded(_ target: Box, relativeTo proposal: Box) -> SIMD4<Float> {
        let (from, to) = (measure(proposal), measure(target))
        let move = (to.centre - from.centre) / from.size
        let growth = to.size / from.size
        return SIMD4(move.x, move.y, log(growth.x), log(growth.y)) / deviations
    }

    private func measure(_ box: Box) -> (centre: SIMD2<Float>, size: SIMD2<Float>) {
        let upperLeft = SIMD2(box.x0, box.y0)
        let size = SIMD2(box.x1, box.y1) - upperLeft + pixelOffset
        return (upperLeft + size / 2, size)
    }

    private func limited(_ growth: Float) -> Float {
        if sizeLimit != .none, growth > Self.mostGrowth { return Self.mostGrowth }
        if sizeLimit == .both, growth < -Self.mostGrowth { return -Self.mostGrowth }
        return growth
    }
}
