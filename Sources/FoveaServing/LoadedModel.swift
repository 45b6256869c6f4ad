public import FoveaImage
public import FoveaModels
import FoveaNN
public import FoveaTensor

/// A model in memory, ready to answer: weights, labels, preprocessing, and the queue in front of it.
public final class LoadedModel: Sendable {
    public let name: String
    public let version: String
    public let task: ModelTask
    /// A name for each class.
    public let labels: [String]
    /// How a photograph becomes its input.
    public let input: InputSpecification
    /// What its products are computed in, where the machine supports it.
    public let precision: Precision
    /// The memory that it took to load it, about: that of its weights, as the layers want them.
    public let bytes: Int
    /// How its images share runs of the network; nil where each has its own.
    public let batching: Batching?
    public let queue: JobQueue
    public let statistics = ModelStatistics()
    let classifier: any Classifier
    let preprocessing: Preprocessing
    let exactPreprocessing: Preprocessing
    let limits: JobLimits
    let estimate: CostEstimate
    let batcher: Batcher?
    private let selfTests: [SelfTest]

    public var classes: Int { labels.count }

    /// Reads the weights of an installed model, makes its network and lets it answer once, so that no user waits for
    /// memory and a network that gives no finite numbers, or not the answers that its card promises, never serves.
    ///
    /// - Throws: what is wrong with the checkpoint or the labels, naming the key or the line.
    public init(_ model: InstalledModel, scheduler: Scheduler, limits: JobLimits) throws {
        let heap = TensorMemory.heapBytes
        try model.verifyDigest()
        let checkpoint = try Checkpoint(contentsOf: model.weightsPath)
        precision = Precision(model.card.precision ?? .f32)
        let classifier = try model.architecture.makeClassifier(checkpoint, precision: precision)
        self.classifier = classifier
        labels = try model.labels(classes: classifier.classes)?.names ?? (0..<classifier.classes).map(String.init)
        (name, version, task) = (model.name.description, "\(model.version)", model.card.task)
        queue = JobQueue(model: name, limits: limits, scheduler: scheduler)
        input = try model.input(for: checkpoint.entries)
        preprocessing = Preprocessing(input, exactDecoding: model.card.exactDecoding ?? false)
        exactPreprocessing = Preprocessing(input, exactDecoding: true)
        self.limits = limits
        selfTests = try model.selfTests(labels: labels)
        estimate = CostEstimate(inference: try Self.warmUp(classifier, input, name: name))
        batching = model.card.batching
        batcher = batching.map { Batcher($0, scheduler: scheduler) { try classifier.logits($0) } }
        // Reading and packing weights leaves blocks of their sizes behind, which no request will ask for.
        TensorMemory.trim()
        // What requests take and give back meanwhile is in it, too.
        bytes = max(TensorMemory.heapBytes - heap, model.weightsBytes / 2)
        try runSelfTests()
    }

    /// Lets the network answer twice, and returns how long the second answer took.
    private static func warmUp(
        _ classifier: any Classifier, _ input: InputSpecification, name: String
    ) throws -> Duration {
        let zeros = Tensor(repeating: 0, shape: [1, input.height, input.width, 3]).contiguous()
        guard try classifier.logits(zeros).values.allSatisfy(\.isFinite) else {
            throw ServingError.modelNotReady(
                name: name,
                reason: "its answers are not finite numbers: the weights are broken, or inputs of "
                    + "\(input.width)x\(input.height) are too small for it")
        }
        let start = ContinuousClock.now
        _ = try classifier.logits(zeros)
        return .now - start
    }

    /// Lets the model answer the images of its card on the calling thread, and throws unless it does as promised.
    func runSelfTests() throws(ServingError) {
        for test in selfTests {
            let probabilities: Tensor
            do {
                probabilities = try classifier.logits(preprocessing.pixels(decoding: test.image[...]).pixels).softmax()
            } catch { throw .modelNotReady(name: name, reason: "its self-test with \(test.name) failed: \(error)") }
            if let problem = test.problem(with: probabilities, labels: labels) {
                throw .modelNotReady(name: name, reason: problem)
            }
        }
    }

    /// Whether the card has images to test the model with.
    var hasSelfTests: Bool { !selfTests.isEmpty }
}

/// What one job may take.
public struct JobLimits: Sendable {
    /// Most jobs that wait for one model.
    public var queueCapacity: Int
    /// The longest that a job may be expected to wait for one model.
    public var queueTime: Duration
    /// Waiting and running together.
    public var timeout: Duration
    public var image: ImageLimits

    public init(
        queueCapacity: Int = 100, queueTime: Duration = .seconds(10), timeout: Duration = .seconds(30),
        image: ImageLimits = .default
    ) {
        (self.queueCapacity, self.queueTime) = (queueCapacity, queueTime)
        (self.timeout, self.image) = (timeout, image)
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
