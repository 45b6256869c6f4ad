/// The boxes with which a region proposal network begins: at each cell of a map of stride 16, five shapes of five sizes
/// (Faster R-CNN, https://arxiv.org/abs/1506.01497, section 3.1.1; the numbers are ThunderNet's, section 3.2).
public struct AnchorGrid: Sendable {
    /// Where the anchors lie and how they are rounded.
    public enum Style: Sendable, CaseIterable {
        /// Centred at the upper left corner of the cell, not rounded: mmdetection's `AnchorGenerator`.
        case mmdetection
        /// Centred there, the corners rounded to whole pixels, 4:3 being 1.33: torchvision's `AnchorGenerator`.
        case torchvision
        /// Centred 7.5 pixels into the cell, the sides of the smallest size rounded: `generate_anchors.py` of Faster R-CNN.
        case classic
    }

    /// Pixels from one cell to the next.
    public static let stride = 16

    /// The anchors of the cell at (0, 0): shape by shape, from the widest to the highest, the smallest first.
    private let firstCell: [Box]

    public init(style: Style) {
        let sizes = (1...5).map { Float(1 << $0) }
        firstCell = Self.shapes(style).flatMap { shape in sizes.map { Self.anchor(style, shape * $0) } }
    }

    /// How many anchors each cell has: 25.
    public var perCell: Int { firstCell.count }

    /// Anchor `index`, less than `perCell`, of the cell in column `x` and row `y`, in pixels of the image.
    public func box(_ index: Int, x: Int, y: Int) -> Box {
        let (dx, dy) = (Float(x * Self.stride), Float(y * Self.stride))
        let anchor = firstCell[index]
        return Box(x0: anchor.x0 + dx, y0: anchor.y0 + dy, x1: anchor.x1 + dx, y1: anchor.y1 + dy)
    }

    /// Widths and heights of about 16² pixels.
    private static func shapes(_ style: Style) -> [SIMD2<Float>] {
        switch style {
        case .classic: zip([23, 18, 16, 14, 11], [12, 14, 16, 19, 22]).map { SIMD2($0, $1) }
        case .mmdetection, .torchvision:
            [0.5, 0.75, 1, style == .mmdetection ? 4 / 3 : 1.33, 2].map { (ratio: Float) in
                SIMD2(Float(stride) * (1 / ratio.squareRoot()), Float(stride) * ratio.squareRoot())
            }
        }
    }

    private static func anchor(_ style: Style, _ size: SIMD2<Float>) -> Box {
        switch style {
        case .mmdetection: Box(x0: -size.x / 2, y0: -size.y / 2, x1: size.x / 2, y1: size.y / 2)
        case .torchvision:
            Box(
                x0: (-size.x / 2).rounded(.toNearestOrEven), y0: (-size.y / 2).rounded(.toNearestOrEven),
                x1: (size.x / 2).rounded(.toNearestOrEven), y1: (size.y / 2).rounded(.toNearestOrEven))
        // The last pixel belongs to the box.
        case .classic:
            Box(
                x0: 7.5 - (size.x - 1) / 2, y0: 7.5 - (size.y - 1) / 2,
                x1: 7.5 + (size.x - 1) / 2, y1: 7.5 + (size.y - 1) / 2)
        }
    }
}
