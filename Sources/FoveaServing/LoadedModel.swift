public import FoveaImage
public import FoveaModels
import FoveaNN
public import FoveaTensor

/// A model in memory, ready to answer: weights, labels, preprocessing, and the queue in front of it.
public final class LoadedModel: Sendable {
    public let name: String
    public let version: String
    public let classes: Int
    /// How a photograph becomes its input.
    public let input: InputSpecification
    /// Memory of the weights, about: the size of their file.
    public let bytes: Int
    /// What its products are computed in, where the machine supports it.
    public let precision: Precision
    public let queue: JobQueue
    private let classifier: any Classifier
    private let labels: [String]
    private let preprocessing: Preprocessing
    private let exactPreprocessing: Preprocessing
    private let limits: JobLimits

    /// Reads the weights of an installed model, makes its network and lets it answer once, so that no user waits for
    /// memory and a network that gives no finite numbers never serves.
    ///
    /// - Throws: what is wrong with the checkpoint or the labels, naming the key or the line.
    public init(_ model: InstalledModel, pool: ComputePool, limits: JobLimits) throws {
        try model.verifyDigest()
        let checkpoint = try Checkpoint(contentsOf: model.weightsPath)
        precision = Precision(model.card.precision ?? .f32)
        classifier = try model.architecture.makeClassifier(checkpoint, precision: precision)
        classes = classifier.classes
        labels = try model.labels(classes: classes)?.names ?? (0..<classes).map(String.init)
        (name, version, bytes) = (model.name.description, "\(model.version)", model.weightsBytes)
        queue = JobQueue(model: name, capacity: limits.queueCapacity, pool: pool)
        input = try model.input(for: checkpoint.entries)
        preprocessing = Preprocessing(input, exactDecoding: model.card.exactDecoding ?? false)
        exactPreprocessing = Preprocessing(input, exactDecoding: true)
        self.limits = limits
        // Reading and packing weights leaves blocks of their sizes behind, which no request will ask for.
        TensorMemory.trim()
        try warmUp()
    }

    /// Classifies one encoded photograph on the compute pool, when its turn comes.
    ///
    /// - Parameters:
    ///   - bytes: a JPEG or PNG file.
    ///   - top: how many predictions to return, at most.
    ///   - isExact: decode at full resolution even where a scaled decode would do.
    /// - Throws: `ServingError`.
    public func classify(_ bytes: ArraySlice<UInt8>, top: Int, isExact: Bool = false) async throws -> Classification {
        try await queue.run(timeout: limits.timeout) { [self] waited in
            let start = ContinuousClock.now
            let input = try self.input(bytes, isExact: isExact)
            let sha256 = SHA256Digest(of: bytes).description
            let decoded = ContinuousClock.now
            let probabilities = classifier.logits(input.pixels).softmax()
            let predictions = probabilities.top(top).map { index, score in
                Classification.Prediction(classID: index, label: labels[index], score: score)
            }
            return Classification(
                predictions: predictions, width: input.header.width, height: input.header.height, sha256: sha256,
                timings: StageTimings(decode: decoded - start, queue: waited, inference: .now - decoded))
        }
    }

    private func input(
        _ bytes: ArraySlice<UInt8>, isExact: Bool
    ) throws(ServingError) -> (pixels: PixelBatch, header: ImageHeader) {
        do {
            let preprocessing = isExact ? exactPreprocessing : preprocessing
            let input = try preprocessing.pixels(decoding: bytes, limits: limits.image)
            return (input.pixels, input.header)
        } catch { throw .image(error) }
    }

    private func warmUp() throws(ServingError) {
        let zeros = Tensor(
            [Float](repeating: 0, count: input.height * input.width * 3),
            shape: [1, input.height, input.width, 3])
        guard classifier.logits(zeros).values.allSatisfy(\.isFinite) else {
            throw .modelNotReady(
                name: name,
                reason: "its answers are not finite numbers: the weights are broken, or inputs of "
                    + "\(input.width)x\(input.height) are too small for it")
        }
    }
}

/// What one job may take.
public struct JobLimits: Sendable {
    /// Most jobs that wait for one model.
    public var queueCapacity: Int
    /// Waiting and running together.
    public var timeout: Duration
    public var image: ImageLimits

    public init(queueCapacity: Int = 100, timeout: Duration = .seconds(30), image: ImageLimits = .default) {
        (self.queueCapacity, self.timeout, self.image) = (queueCapacity, timeout, image)
    }
}

extension Precision {
    /// As a card writes it.
    public init(_ precision: ModelCard.Precision) {
        switch precision {
        case .f32: self = .float32
        case .bf16: self = .bfloat16
        }
    }
}

extension Preprocessing {
    init(_ input: InputSpecification, exactDecoding: Bool) {
        let resize: Preprocessing.Resize =
            switch input.resize {
            case .shorterSide(let side): .shorterSide(side)
            case .stretch: .stretch
            }
        self.init(
            height: input.height, width: input.width, resize: resize,
            filter: input.filter == .bilinear ? .bilinear : .bicubic, mean: input.mean, std: input.std,
            exactDecoding: exactDecoding)
    }
}
