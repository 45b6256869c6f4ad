import FoveaImage
import FoveaModels
import FoveaTensor

/// A network that segments, with how photographs become its input.
struct LoadedSegmenter: Sendable {
    let network: any Segmenter
    let embeddings: EmbeddingCache
    /// What one prompt takes.
    let promptEstimate: CostEstimate
    private let model: String
    private let picture: WholePicture
    private let identity: (scaled: SHA256Digest, exact: SHA256Digest)

    /// - Parameter digest: of the weights.
    /// - Throws: `CardError` if the card asks for another size of input.
    init(
        _ network: any Segmenter, of model: InstalledModel, digest: SHA256Digest, _ input: InputSpecification,
        precision: Precision, embeddings: EmbeddingCache
    ) throws(CardError) {
        let side = network.geometry.side
        guard input.height == side, input.width == side, input.resize == .longerSide else {
            throw .invalid(
                field: "input", got: "\(input.width)x\(input.height)",
                expected: "no size and no resize: a segmenter sees \(side)x\(side) pixels, the proportions kept")
        }
        (self.network, self.model) = (network, model.name.description)
        self.embeddings = embeddings
        // Until some have run: what a prompt takes on one core of a usual machine.
        promptEstimate = CostEstimate(inference: .milliseconds(40))
        picture = WholePicture(specification: input, exactDecoding: model.card.exactDecoding ?? false)
        func identity(isExact: Bool) -> SHA256Digest {
            let facts = "\(digest) \(precision) \(input) exact: \(isExact)"
            return SHA256Digest(of: Array(facts.utf8)[...])
        }
        self.identity = (identity(isExact: picture.exactDecoding), identity(isExact: true))
    }

    /// Stands for all that an embedding depends on beside the photograph.
    func identity(isExact: Bool) -> SHA256Digest { isExact ? identity.exact : identity.scaled }

    /// Lets the network see an empty image, and returns how long the encoder took.
    func warmUp() throws -> Duration {
        let side = network.geometry.side
        let zeros = Tensor(repeating: 0, shape: [1, side, side, 3]).contiguous()
        let start = ContinuousClock.now
        let embedding = try network.embedding(zeros)
        let duration = ContinuousClock.now - start
        let centre = Double(side) / 2
        let masks = try network.prepared(embedding).masks(
            for: Prompt(points: [.init(x: centre, y: centre, label: .foreground)]), .multiple)
        guard masks.logits.values.allSatisfy(\.isFinite) else {
            throw ServingError.modelNotReady(
                name: model, reason: "its answers are not finite numbers: the weights are broken")
        }
        return duration
    }

    /// Decodes a photograph to the encoder's input `[1, side, side, 3]`: normalised, and zero beside the photograph.
    ///
    /// - Parameter isExact: at full resolution even where a scaled decode would do.
    func tensor(
        decoding bytes: ArraySlice<UInt8>, isExact: Bool, limits: ImageLimits
    ) throws(ImageError) -> (tensor: Tensor, frame: ImageFrame) {
        let (input, header) = try picture.input(decoding: bytes, isExact: isExact, limits: limits)
        return (input.tensor, frame(width: header.width, height: header.height))
    }

    /// The encoder's input of a decoded picture.
    func tensor(of image: Image) -> (tensor: Tensor, frame: ImageFrame) {
        (picture.input(of: image).tensor, frame(width: image.width, height: image.height))
    }

    private func frame(width: Int, height: Int) -> ImageFrame {
        ImageFrame(width: width, height: height, side: network.geometry.side)
    }
}
