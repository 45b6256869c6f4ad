public import FoveaImage
public import FoveaModels
import FoveaNN
public import FoveaTensor

/// A model in memory, ready to answer: its network with what it needs, and the queue in front of it.
public final class LoadedModel: Sendable {
    public let name: String
    public let version: String
    public let task: ModelTask
    /// Of its weights.
    public let digest: SHA256Digest
    /// How a photograph becomes its input.
    public let input: InputSpecification
    /// The classifier that names what it finds, by the name in the repository.
    public let classifierName: String?
    /// What its products are computed in, where the machine supports it.
    public let precision: Precision
    /// The memory that it took to load it, about: that of its weights, as the layers want them.
    public let bytes: Int
    public let queue: JobQueue
    public let statistics = ModelStatistics()
    let limits: JobLimits
    let estimate: CostEstimate
    let skill: Skill

    /// What it can do.
    enum Skill: Sendable {
        case classify(LoadedClassifier)
        case detect(LoadedDetector)
        case segment(LoadedSegmenter)
    }

    /// Reads the weights of an installed model, makes its network and lets it answer once, so that no user waits for
    /// memory and a network that gives no finite numbers, or not the answers that its card promises, never serves.
    ///
    /// - Throws: what is wrong with the checkpoint or the labels, naming the key or the line.
    public init(
        _ model: InstalledModel, scheduler: Scheduler, limits: JobLimits,
        embeddings: EmbeddingCache = EmbeddingCache()
    ) throws {
        let heap = TensorMemory.heapBytes
        digest = try model.verifyDigest()
        let checkpoint = try Checkpoint(contentsOf: model.weightsPath)
        precision = Precision(model.card.precision ?? .f32)
        input = try model.input(for: checkpoint.entries)
        (name, version, task) = (model.name.description, "\(model.version)", model.card.task)
        classifierName = model.card.classifier
        let warmUp: Duration
        switch try model.makeNetwork(checkpoint, precision: precision) {
        case .classifier(let network):
            let classifier = try LoadedClassifier(network, of: model, input, scheduler: scheduler)
            skill = .classify(classifier)
            warmUp = try classifier.warmUp()
        case .detector(let network):
            let detector = try LoadedDetector(network, of: model, input)
            skill = .detect(detector)
            warmUp = try detector.warmUp()
        case .segmenter(let network):
            let segmenter = try LoadedSegmenter(
                network, of: model, digest: digest, input, precision: precision, embeddings: embeddings)
            skill = .segment(segmenter)
            warmUp = try segmenter.warmUp()
        }
        queue = JobQueue(model: name, limits: limits, scheduler: scheduler)
        self.limits = limits
        estimate = CostEstimate(inference: warmUp)
        // Reading and packing weights leaves blocks of their sizes behind, which no request will ask for.
        TensorMemory.trim()
        // What requests take and give back meanwhile is in it, too.
        bytes = max(TensorMemory.heapBytes - heap, model.weightsBytes / 2)
        try runSelfTests()
    }

    /// Of a segmenter.
    public var geometry: SegmenterGeometry? {
        if case .segment(let segmenter) = skill { segmenter.network.geometry } else { nil }
    }

    /// What classifies. Throws `ServingError.wrongTask` if the model does something else.
    var classifier: LoadedClassifier {
        get throws(ServingError) {
            guard case .classify(let classifier) = skill else { throw wrongTask(.classify) }
            return classifier
        }
    }

    /// What detects. Throws `ServingError.wrongTask` if the model does something else.
    var detector: LoadedDetector {
        get throws(ServingError) {
            guard case .detect(let detector) = skill else { throw wrongTask(.detect) }
            return detector
        }
    }

    /// What segments. Throws `ServingError.wrongTask` if the model does something else.
    var segmenter: LoadedSegmenter {
        get throws(ServingError) {
            guard case .segment(let segmenter) = skill else { throw wrongTask(.segment) }
            return segmenter
        }
    }

    /// Throws what the cheapest request would be refused with at this moment: a click on a known photograph where this is a
    /// segmenter.
    public func requireRoom() throws(ServingError) {
        try queue.requireRoom(cost: (try? segmenter)?.promptEstimate.inference() ?? estimate.inference())
    }

    private func wrongTask(_ asked: ModelTask) -> ServingError {
        .wrongTask(name: name, does: task.rawValue, asked: asked.rawValue)
    }

    /// A name for each class; none where it knows no classes.
    public var labels: [String] {
        switch skill {
        case .classify(let classifier): classifier.labels
        case .detect(let detector): detector.labels
        case .segment: []
        }
    }
    public var classes: Int { labels.count }
    /// How its images share runs of the network; nil where each has its own.
    public var batching: Batching? { (try? classifier)?.batching }

    /// Lets the model answer the images of its card on the calling thread, and throws unless it does as promised.
    func runSelfTests() throws(ServingError) {
        switch skill {
        case .classify(let classifier): try classifier.runSelfTests(limits.image)
        case .detect(let detector): try detector.runSelfTests(limits.image)
        case .segment: break
        }
    }

    /// Whether the card has images to test the model with.
    var hasSelfTests: Bool {
        switch skill {
        case .classify(let classifier): !classifier.selfTests.isEmpty
        case .detect(let detector): !detector.selfTests.isEmpty
        case .segment: false
        }
    }
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
