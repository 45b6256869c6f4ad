/// What a classifier says of one photograph.
public struct Classification: Sendable, Equatable {
    public struct Prediction: Sendable, Equatable {
        public let classID: Int
        public let label: String
        /// The softmax probability.
        public let score: Float
    }

    /// Best first.
    public let predictions: [Prediction]
    /// The size of the upright photograph, in pixels.
    public let width: Int
    public let height: Int
    /// Of the photograph's bytes, in lower-case hexadecimal.
    public let sha256: String
    public let timings: StageTimings
}

/// How long each stage of an answer took.
public struct StageTimings: Sendable, Equatable {
    /// Reading and shrinking the photograph: JPEG or PNG to the network's input.
    public var decode: Duration
    /// Waiting for a place on the compute pool.
    public var queue: Duration
    /// The network itself.
    public var inference: Duration

    public init(decode: Duration, queue: Duration, inference: Duration) {
        (self.decode, self.queue, self.inference) = (decode, queue, inference)
    }
}
