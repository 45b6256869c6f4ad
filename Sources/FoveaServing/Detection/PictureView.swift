import FoveaImage
import FoveaTensor

/// A part of a photograph as a detector sees it.
struct PictureView: Sendable, Equatable {
    /// In pixels of the photograph.
    let part: PixelBounds
    /// How large the part is in the network's input.
    let seen: PictureSize
    let photograph: PictureSize

    /// A box of the network's input as one of the photograph; nil if nothing of it shows the part, or it is no box at all.
    func place(_ box: Box) -> Box? {
        let (across, down) = (Double(part.width) / Double(seen.width), Double(part.height) / Double(seen.height))
        func x(_ value: Float) -> Float {
            Float(Double(part.x) + min(max(Double(value) * across, 0), Double(part.width)))
        }
        func y(_ value: Float) -> Float {
            Float(Double(part.y) + min(max(Double(value) * down, 0), Double(part.height)))
        }
        guard box.isFinite else { return nil }
        let placed = Box(x0: x(box.x0), y0: y(box.y0), x1: x(box.x1), y1: y(box.y1))
        return placed.x0 < placed.x1 && placed.y0 < placed.y1 ? placed : nil
    }

    /// Whether a box of the photograph ends where the part does, as boxes of things do that it cuts through.
    func cuts(_ box: Box) -> Bool {
        // A few pixels of the input, which boxes miss an edge by.
        let tolerance = Float(max(part.width, part.height)) / 64
        return part.cuts(box, of: photograph, tolerance: tolerance)
    }
}

extension PixelBounds {
    /// Whether a box has an edge within `tolerance` of one of these bounds that is none of the photograph's:
    /// `is_box_near_crop_edge` of Segment Anything (`utils/amg.py`).
    func cuts(_ box: Box, of photograph: PictureSize, tolerance: Float) -> Bool {
        func isNear(_ value: Float, _ edge: Int, butNot border: Int) -> Bool {
            abs(value - Float(edge)) <= tolerance && abs(value - Float(border)) > tolerance
        }
        return isNear(box.x0, x, butNot: 0) || isNear(box.y0, y, butNot: 0)
            || isNear(box.x1, x + width, butNot: photograph.width)
            || isNear(box.y1, y + height, butNot: photograph.height)
    }
}
