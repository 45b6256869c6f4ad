import FoveaImage
import FoveaModels
import FoveaTensor

/// Makes inputs that show a whole picture, stretched or with its proportions kept: those of detectors and segmenters.
struct WholePicture: Sendable {
    /// With `.stretch` or `.longerSide`.
    let specification: InputSpecification
    /// Whether JPEGs are decoded at full resolution even where a scaled decode would do.
    let exactDecoding: Bool

    /// An input of one picture.
    enum Input: Sendable {
        /// The picture fills it.
        case pixels(PixelBatch)
        /// Normalised, `[1, H, W, 3]`, and zero beside the picture.
        case tensor(Tensor)

        var tensor: Tensor {
            switch self {
            case .pixels(let pixels): pixels.normalised()
            case .tensor(let tensor): tensor
            }
        }
    }

    /// Decodes a photograph to an input.
    ///
    /// - Parameter isExact: as `exactDecoding`, for this one.
    func input(
        decoding bytes: ArraySlice<UInt8>, isExact: Bool, limits: ImageLimits
    ) throws(ImageError) -> (input: Input, header: ImageHeader) {
        let header = try ImageHeader(reading: bytes, limits: limits)
        let seen = specification.seen(PictureSize(width: header.width, height: header.height))
        let pixels = try preprocessing(seen, isExact: exactDecoding || isExact)
            .pixels(decoding: bytes, limits: limits).pixels
        return (surrounded(pixels), header)
    }

    /// The input of a decoded picture.
    func input(of image: Image) -> Input {
        let seen = specification.seen(PictureSize(width: image.width, height: image.height))
        return surrounded(preprocessing(seen, isExact: true).pixels(from: image))
    }

    private func preprocessing(_ seen: PictureSize, isExact: Bool) -> Preprocessing {
        Preprocessing(
            height: seen.height, width: seen.width, resize: .stretch, filter: ResizeFilter(specification.filter),
            mean: specification.mean, std: specification.std, exactDecoding: isExact)
    }

    /// The picture with zeros below it and to its right, where it doesn't fill the input.
    private func surrounded(_ pixels: PixelBatch) -> Input {
        let (H, W) = (pixels.height, pixels.width)
        guard (H, W) != (specification.height, specification.width) else { return .pixels(pixels) }
        let width = specification.width
        return .tensor(
            pixels.normalised().withElements { elements in
                Tensor(shape: [1, specification.height, width, 3]) { input in
                    input.update(repeating: 0)
                    for row in 0..<H {
                        let (from, to) = (3 * W * row, 3 * width * row)
                        _ = UnsafeMutableBufferPointer(rebasing: input[to...]).update(
                            fromContentsOf: elements[from..<from + 3 * W])
                    }
                }
            })
    }
}
