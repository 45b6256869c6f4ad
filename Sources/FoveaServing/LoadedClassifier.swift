import FoveaImage
import FoveaModels
import FoveaTensor

/// A network that classifies, with its labels, its preprocessing, and what it was promised to answer.
struct LoadedClassifier: Sendable {
    /// A name for each class.
    let labels: [String]
    /// How its images share runs of the network; nil where each has its own.
    let batching: Batching?
    let batcher: Batcher?
    let network: any Classifier
    let selfTests: [SelfTest]
    private let model: String
    private let preprocessing: Preprocessing
    private let exactPreprocessing: Preprocessing

    /// - Throws: what is wrong with the labels or the self-tests.
    init(
        _ network: any Classifier, of model: InstalledModel, _ input: InputSpecification, scheduler: Scheduler
    ) throws(RepositoryError) {
        self.network = network
        self.model = model.name.description
        labels = try model.labels(classes: network.classes)?.names ?? (0..<network.classes).map(String.init)
        selfTests = try model.selfTests(labels: labels)
        preprocessing = Preprocessing(input, exactDecoding: model.card.exactDecoding ?? false)
        exactPreprocessing = Preprocessing(input, exactDecoding: true)
        batching = model.card.batching
        batcher = batching.map { Batcher($0, scheduler: scheduler) { try network.logits($0) } }
    }

    /// Lets the network answer twice, and returns how long the second answer took.
    func warmUp() throws -> Duration {
        let zeros = Tensor(repeating: 0, shape: [1, preprocessing.height, preprocessing.width, 3]).contiguous()
        guard try network.logits(zeros).values.allSatisfy(\.isFinite) else {
            throw ServingError.modelNotReady(
                name: model,
                reason: "its answers are not finite numbers: the weights are broken, or inputs of "
                    + "\(preprocessing.width)x\(preprocessing.height) are too small for it")
        }
        let start = ContinuousClock.now
        _ = try network.logits(zeros)
        return .now - start
    }

    /// Decodes a photograph to the network's input.
    ///
    /// - Parameter isExact: at full resolution even where a scaled decode would do.
    func pixels(
        decoding bytes: ArraySlice<UInt8>, isExact: Bool, limits: ImageLimits
    ) throws(ImageError) -> (pixels: PixelBatch, header: ImageHeader) {
        let (pixels, header, _) = try (isExact ? exactPreprocessing : preprocessing)
            .pixels(decoding: bytes, limits: limits)
        return (pixels, header)
    }

    /// A part of a picture, stretched to the network's input.
    func pixels(ofCrop crop: Image) -> PixelBatch {
        let input = exactPreprocessing
        return Preprocessing(
            height: input.height, width: input.width, resize: .stretch, filter: input.filter, mean: input.mean,
            std: input.std
        ).pixels(from: crop)
    }

    func runSelfTests(_ limits: ImageLimits) throws(ServingError) {
        for test in selfTests {
            let probabilities: Tensor
            do {
                let pixels = try pixels(decoding: test.image[...], isExact: false, limits: limits).pixels
                probabilities = try network.logits(pixels).softmax()
            } catch { throw .modelNotReady(name: model, reason: "its self-test with \(test.name) failed: \(error)") }
            if let problem = test.problem(with: probabilities, labels: labels) {
                throw .modelNotReady(name: model, reason: problem)
            }
        }
    }
}

extension Preprocessing {
    fileprivate init(_ input: InputSpecification, exactDecoding: Bool) {
        let resize: Preprocessing.Resize =
            switch input.resize {
            case .shorterSide(let side): .shorterSide(side)
            // No classifier's card can ask for proportions to be kept.
            case .stretch, .longerSide: .stretch
            }
        self.init(
            height: input.height, width: input.width, resize: resize,
            filter: ResizeFilter(input.filter), mean: input.mean, std: input.std, exactDecoding: exactDecoding)
    }
}

extension ResizeFilter {
    init(_ filter: InputSpecification.Filter) { self = filter == .bilinear ? .bilinear : .bicubic }
}
