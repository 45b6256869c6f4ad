import FoveaModels

/// Pixels of a picture.
struct PictureSize: Sendable, Hashable {
    let width: Int
    let height: Int

    /// The size after scaling with the proportions kept until it just fits into `frame`: each side rounded, as
    /// `ResizeLongestSide` of Segment Anything does it (`utils/transforms.py`), but never without a pixel.
    func fitted(into frame: PictureSize) -> PictureSize {
        let scale = min(Double(frame.width) / Double(width), Double(frame.height) / Double(height))
        func side(_ length: Int, _ limit: Int) -> Int { min(max(1, Int(Double(length) * scale + 0.5)), limit) }
        return PictureSize(width: side(width, frame.width), height: side(height, frame.height))
    }
}

extension InputSpecification {
    var size: PictureSize { PictureSize(width: width, height: height) }

    /// How large a whole picture is in the input, which it fills from the upper left corner. Not for inputs that are cut out
    /// of it.
    func seen(_ picture: PictureSize) -> PictureSize { resize == .longerSide ? picture.fitted(into: size) : size }
}
