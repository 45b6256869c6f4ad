public import FoveaNN
public import FoveaTensor

/// What a model answers.
public enum ModelTask: String, Sendable, CaseIterable { case classify, detect, segment, semantic }

/// A network by the name its reference implementation gives it, and how to make one from a checkpoint.
public struct Architecture: Sendable {
    /// `efficientnet_b0`, `tf_efficientnet_lite2`, …
    public let name: String
    public let task: ModelTask
    /// The published preprocessing; a model card may override it.
    public var input: InputSpecification { inputFor([]) }
    /// Whether a checkpoint with these entries has this architecture's keys and shapes.
    public let fits: @Sendable ([Checkpoint.Entry]) -> Bool
    private let make: @Sendable (Checkpoint, Precision) throws -> any Classifier
    private let inputFor: @Sendable ([Checkpoint.Entry]) -> InputSpecification

    init(
        name: String, task: ModelTask, input: @escaping @Sendable ([Checkpoint.Entry]) -> InputSpecification,
        makeClassifier: @escaping @Sendable (Checkpoint, Precision) throws -> any Classifier,
        fits: @escaping @Sendable ([Checkpoint.Entry]) -> Bool
    ) {
        (self.name, self.task, self.inputFor) = (name, task, input)
        (self.make, self.fits) = (makeClassifier, fits)
    }

    /// Makes the network, to compute in `precision`. Throws what names the key when a tensor is missing, extra or
    /// misshapen.
    public func makeClassifier(_ checkpoint: Checkpoint, precision: Precision = .float32) throws -> any Classifier {
        try make(checkpoint, precision)
    }

    /// The published preprocessing for a checkpoint with these entries: two implementations that share a name may
    /// have trained on different ones.
    public func input(for entries: [Checkpoint.Entry]) -> InputSpecification { inputFor(entries) }

    /// Every architecture this program knows.
    public static let all: [Architecture] = efficientNets

    /// The architecture called `name`.
    public static func named(_ name: String) -> Architecture? { all.first { $0.name == name } }

    /// The architectures whose keys and shapes the checkpoint has; several where files alone can't tell them apart.
    public static func fitting(_ checkpoint: Checkpoint) -> [Architecture] {
        all.filter { $0.fits(checkpoint.entries) }
    }
}
