import FoveaImage
import FoveaModels
import FoveaTensor

/// A network that segments, with how photographs become its input.
struct LoadedSegmenter: Sendable {
    let network: SegmentAnything
    let embeddings: EmbeddingCache
    /// What one prompt takes.
    let promptEstimate: CostEstimate
    private let model: String
    private let input: InputSpecification
    private let exactDecoding: Bool
    private let identity: (scaled: SHA256Digest, exact: SHA256Digest)

    /// - Parameter digest: of the weights.
    /// - Throws: `CardError` if the card asks for another size of input.
    init(
        _ network: SegmentAnything, of model: InstalledModel, digest: SHA256Digest, _ input: InputSpecification,
        precision: Precision, embeddings: EmbeddingCache
    ) throws(CardError) {
        let side = SegmentAnything.side
        guard input.height == side, input.width == side, input.resize == .longerSide else {
            throw .invalid(
                field: "input", got: "\(input.width)x\(input.height)",
                expected: "no size and no resize: a segmenter sees \(side)x\(side) pixels, the proportions kept")
        }
        (self.network, self.input, self.model) = (network, input, model.name.description)
        self.embeddings = embeddings
        // Until some have run: what a prompt takes on one core of a usual machine.
        promptEstimate = CostEstimate(inference: .milliseconds(40))
        exactDecoding = model.card.exactDecoding ?? false
        func identity(isExact: Bool) -> SHA256Digest {
            let facts = "\(digest) \(precision) \(input) exact: \(isExact)"
            return SHA256Digest(of: Array(facts.utf8)[...])
        }
        self.identity = (identity(isExact: exactDecoding), identity(isExact: true))
    }

    /// Stands for all that an embedding depends on beside the photograph.
    func identity(isExact: Bool) -> SHA256Digest { isExact ? identity.exact : identity.scaled }

    /// Lets the network see an empty image, and returns how long the encoder took.
    func warmUp() throws -> Duration {
        let zeros = Tensor(repeating: 0, shape: [1, input.height, input.width, 3]).contiguous()
        let start = ContinuousClock.now
        let embedding = try network.encoder.embedding(zeros)
        let duration = ContinuousClock.now - start
        let centre = Double(SegmentAnything.side) / 2
        let masks = try network.predictor.masks(
            for: [Prompt(points: [.init(x: centre, y: centre, label: .foreground)])],
            on: network.predictor.prepared(embedding), .multiple)
        guard masks.allSatisfy({ $0.logits.values.allSatisfy(\.isFinite) }) else {
            throw ServingError.modelNotReady(
                name: model, reason: "its answers are not finite numbers: the weights are broken")
        }
        return duration
    }

    /// Decodes a photograph to the encoder's input `[1, 1024, 1024, 3]`: normalised, and zero beside the photograph.
    ///
    /// - Parameter isExact: at full resolution even where a scaled decode would do.
    func tensor(
        decoding bytes: ArraySlice<UInt8>, isExact: Bool, limits: ImageLimits
    ) throws(ImageError) -> (tensor: Tensor, frame: ImageFrame) {
        let header = try ImageHeader(reading: bytes, limits: limits)
        let frame = ImageFrame(width: header.width, height: header.height)
        let pixels = try preprocessing(frame, isExact: isExact).tensor(decoding: bytes, limits: limits).tensor
        return (square(pixels), frame)
    }

    /// The encoder's input of a decoded picture.
    func tensor(of image: Image) -> (tensor: Tensor, frame: ImageFrame) {
        let frame = ImageFrame(width: image.width, height: image.height)
        return (square(preprocessing(frame, isExact: true).tensor(from: image)), frame)
    }

    private func preprocessing(_ frame: ImageFrame, isExact: Bool) -> Preprocessing {
        Preprocessing(
            height: frame.seen.height, width: frame.seen.width, resize: .stretch, filter: ResizeFilter(input.filter),
            mean: input.mean, std: input.std, exactDecoding: exactDecoding || isExact)
    }

    /// Normalised pixels `[1, H, W, 3]` with zeros below them and to their right.
    private func square(_ pixels: Tensor) -> Tensor {
        let (H, W, width) = (pixels.shape[1], pixels.shape[2], input.width)
        return pixels.withElements { elements in
            Tensor(shape: [1, input.height, width, 3]) { square in
                square.update(repeating: 0)
                for row in 0..<H {
                    let (from, to) = (3 * W * row, 3 * width * row)
                    _ = UnsafeMutableBufferPointer(rebasing: square[to...]).update(
                        fromContentsOf: elements[from..<from + 3 * W])
                }
            }
        }
    }
}
