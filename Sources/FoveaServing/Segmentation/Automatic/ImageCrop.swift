import FoveaImage
import FoveaTensor

/// A part of a photograph that is looked at by itself, in its pixels.
public struct ImageCrop: Sendable, Hashable {
    public let x: Int
    public let y: Int
    public let width: Int
    public let height: Int
    /// 0 is the whole photograph.
    public let layer: Int

    var area: Int { width * height }

    /// The whole photograph, then the overlapping parts of each further layer, column after column: those of
    /// `generate_crop_boxes` of the reference (`utils/amg.py`), but for parts without a pixel, which photographs have that
    /// are smaller than the number of parts.
    ///
    /// - Parameter overlapRatio: 0…1, see `AutomaticMaskOptions.cropOverlapRatio`.
    static func crops(of frame: ImageFrame, layers: Int, overlapRatio: Double) -> [ImageCrop] {
        let (width, height) = (frame.width, frame.height)
        var crops = [ImageCrop(x: 0, y: 0, width: width, height: height, layer: 0)]
        for layer in 0..<layers {
            let side = 2 << layer
            let overlap = Int(overlapRatio * Double(min(height, width)) * (2 / Double(side)))
            func length(_ whole: Int) -> Int { (overlap * (side - 1) + whole + side - 1) / side }
            let (w, h) = (length(width), length(height))
            for column in 0..<side {
                for row in 0..<side {
                    let (x, y) = ((w - overlap) * column, (h - overlap) * row)
                    guard x < width, y < height else { continue }
                    crops.append(
                        ImageCrop(
                            x: x, y: y, width: min(w, width - x), height: min(h, height - y), layer: layer + 1))
                }
            }
        }
        return crops
    }

    /// Whether a mask's box, in pixels of the photograph, ends where the crop does, so that the mask is probably cut off; the
    /// photograph's own borders do not count.
    ///
    /// - Parameter box: of the first and the last pixels that belong to it.
    func cuts(_ box: Box, of frame: ImageFrame) -> Bool {
        PixelBounds(x: x, y: y, width: width, height: height).cuts(
            box, of: PictureSize(width: frame.width, height: frame.height), tolerance: 20)
    }
}
