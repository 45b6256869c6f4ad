public import FoveaModels

/// What `model.json` says of a model: which network, which weights, which labels, and how a photograph becomes its input.
public struct ModelCard: Sendable, Equatable {
    /// Where the class names are.
    public enum Labels: Sendable, Equatable {
        /// A list that the program carries: `"imagenet-1k"`.
        case builtIn(FoveaServing.Labels.BuiltIn)
        /// A file in the model's folder, one class a line.
        case file(String)
    }

    /// The number format of weights and activations.
    public enum Precision: String, Sendable, CaseIterable { case f32, bf16 }

    public var task: ModelTask
    /// The reference implementation's name of the network: `efficientnet_lite0`.
    public var architecture: String
    /// The checkpoint, a file in the model's folder.
    public var weights: String
    /// `nil` means `labels.txt` where the folder has one, else none.
    public var labels: Labels?
    /// The digest of the checkpoint.
    public var sha256: SHA256Digest?
    /// An SPDX expression.
    public var license: String?
    /// Where the weights came from, in words or as an address.
    public var source: String?
    /// What differs from the architecture's published preprocessing.
    public var input: InputOverride?
    /// What a detector's tensors don't tell of it.
    public var detector: DetectorHabits?
    /// The name of a classifier in the repository that names what a detector finds, too.
    public var classifier: String?
    public var precision: Precision?
    /// Whether JPEGs are decoded at full size, as Pillow does, and not scaled down in the frequency domain on the way.
    public var exactDecoding: Bool?
    /// The publisher's own version, for people; which version serves is decided by the folder's number.
    public var version: String?
    public var description: String?
    /// How images of several requests share runs of the network; `nil` gives each its own.
    public var batching: Batching?
    /// Whether the model stays in memory when room is needed for others.
    public var isPinned: Bool?
    /// Images with the answers that the model must give to serve.
    public var selfTests: [SelfTest.Promise]?

    public init(task: ModelTask, architecture: String, weights: String) {
        (self.task, self.architecture, self.weights) = (task, architecture, weights)
    }

    /// The name of the card's file in a model's folder.
    static let fileName = "model.json"

    /// A card is far smaller than this many bytes.
    static let byteLimit = 1 << 20
}
