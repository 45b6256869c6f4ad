public import FoveaNN
public import FoveaTensor

/// What a model answers.
public enum ModelTask: String, Sendable, CaseIterable { case classify, detect, segment, semantic }

/// A network by the name its reference implementation gives it, and how to make one from a checkpoint.
public struct Architecture: Sendable {
    /// `efficientnet_b0`, `tf_efficientnet_lite2`, …
    public let name: String
    public let task: ModelTask
    /// Of a segmenter.
    public let geometry: SegmenterGeometry?
    /// The published preprocessing; a model card may override it.
    public var input: InputSpecification { inputFor([]) }
    /// Whether a checkpoint with these entries has this architecture's keys and shapes.
    public let fits: @Sendable ([Checkpoint.Entry]) -> Bool
    private let make: @Sendable (Checkpoint, Precision, DetectorHabits) throws -> Network
    private let inputFor: @Sendable ([Checkpoint.Entry]) -> InputSpecification

    init(
        name: String, task: ModelTask, geometry: SegmenterGeometry? = nil,
        input: @escaping @Sendable ([Checkpoint.Entry]) -> InputSpecification,
        makeNetwork: @escaping @Sendable (Checkpoint, Precision, DetectorHabits) throws -> Network,
        fits: @escaping @Sendable ([Checkpoint.Entry]) -> Bool
    ) {
        (self.name, self.task, self.geometry, self.inputFor) = (name, task, geometry, input)
        (self.make, self.fits) = (makeNetwork, fits)
    }

    /// A classifier.
    init(
        name: String, task: ModelTask, input: @escaping @Sendable ([Checkpoint.Entry]) -> InputSpecification,
        makeClassifier: @escaping @Sendable (Checkpoint, Precision) throws -> any Classifier,
        fits: @escaping @Sendable ([Checkpoint.Entry]) -> Bool
    ) {
        self.init(
            name: name, task: task, input: input,
            makeNetwork: { checkpoint, precision, _ in .classifier(try makeClassifier(checkpoint, precision)) },
            fits: fits)
    }

    /// A classifier that `make` makes of a checkpoint's tensors, all of them. What fits is found out by making one of zeros.
    init(
        _ name: String, input: InputSpecification,
        make: @escaping @Sendable (Weights) throws(CheckpointError) -> any Classifier
    ) {
        let network: @Sendable (Checkpoint, Precision) throws(CheckpointError) -> any Classifier = {
            (checkpoint, precision) throws(CheckpointError) in
            let weights = Weights(checkpoint, precision: precision)
            let network = try make(weights)
            try weights.finish()
            return network
        }
        self.init(name: name, task: .classify, input: { _ in input }, makeClassifier: network) { entries in
            (try? network(.zeros(entries), .float32)) != nil
        }
    }

    /// A detector that `make` makes of a checkpoint. What fits is found out by making one of zeros.
    init(
        detector name: String, input: @escaping @Sendable ([Checkpoint.Entry]) -> InputSpecification,
        make: @escaping @Sendable (Checkpoint, Precision, DetectorHabits) throws(CheckpointError) -> any Detector
    ) {
        self.init(name: name, task: .detect, input: input) {
            .detector(try make($0, $1, $2))
        } fits: { entries in
            (try? make(.zeros(entries), .float32, DetectorHabits())) != nil
        }
    }

    /// Makes the network, to compute in `precision`. Throws what names the key when a tensor is missing, extra or
    /// misshapen.
    ///
    /// - Parameter habits: what a detector's tensors don't tell of it.
    public func makeNetwork(
        _ checkpoint: Checkpoint, precision: Precision = .float32, habits: DetectorHabits = DetectorHabits()
    ) throws -> Network {
        try make(checkpoint, precision, habits)
    }

    /// The published preprocessing for a checkpoint with these entries: two implementations that share a name may
    /// have trained on different ones.
    public func input(for entries: [Checkpoint.Entry]) -> InputSpecification { inputFor(entries) }

    /// Every architecture this program knows.
    public static let all: [Architecture] =
        efficientNets + MobileNetV1.architectures + MobileNetV2.architectures + MobileNetV3.architectures
        + MnasNet.architectures + ShuffleNetV1.architectures + ShuffleNetV2.architectures
        + MegviiShuffleNetV2.architectures + SqueezeNet.architectures + GoogLeNet.architectures
        + Xception.architectures + ResNet.architectures + SNetClassifier.architectures + ThunderNet.architectures
        + SegmentAnything.architectures + LiteSegmenter.architectures

    /// The architecture called `name`.
    public static func named(_ name: String) -> Architecture? { all.first { $0.name == name } }

    /// The architectures whose keys and shapes the checkpoint has; several where files alone can't tell them apart.
    public static func fitting(_ checkpoint: Checkpoint) -> [Architecture] {
        all.filter { $0.fits(checkpoint.entries) }
    }
}

extension Checkpoint {
    /// A checkpoint with the given tensors, all of zeros that take no memory: to see whether something can be made of it.
    static func zeros(_ entries: [Entry]) -> Checkpoint {
        let shapes = Dictionary(entries.map { ($0.name, $0.shape) }, uniquingKeysWith: { first, _ in first })
        return Checkpoint(entries: entries) { name throws(CheckpointError) in
            guard let shape = shapes[name] else { throw .missing(key: name) }
            return Tensor(repeating: 0, shape: Shape(shape))
        }
    }
}
