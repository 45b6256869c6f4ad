public import FoveaTensor

/// What a detector finds on one photograph.
public struct Detection: Sendable, Equatable {
    public struct Prediction: Sendable, Equatable {
        /// In pixels of the upright photograph, whose upper left corner is (0, 0); never empty, and inside of it.
        public let box: Box
        public let classID: Int
        public let label: String
        /// The probability that the network gives the class.
        public let score: Float
        /// What the card's classifier says of it.
        public var name: Classification.Prediction?
    }

    /// Best first.
    public let predictions: [Prediction]
    /// The size of the upright photograph, in pixels.
    public let width: Int
    public let height: Int
    /// Of the photograph's bytes, in lower-case hexadecimal.
    public let sha256: String
    public let timings: StageTimings
    /// How many tiles were looked at beside the whole photograph; nil where none were asked for.
    public let tiles: Int?
}
