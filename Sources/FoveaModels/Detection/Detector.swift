public import FoveaTensor

/// A network that finds objects of some classes.
public protocol Detector: Sendable {
    /// The number of classes, the background not counted.
    var classes: Int { get }

    /// The objects in each of the normalised images `[N, H, W, 3]`, best first; throws when nobody waits for them any more.
    func objects(in x: Tensor, _ options: DetectionOptions) throws(Cancelled) -> [[DetectedObject]]

    /// The objects in each of some images that are not normalised yet.
    func objects(in pixels: PixelBatch, _ options: DetectionOptions) throws(Cancelled) -> [[DetectedObject]]
}

/// Something that a network found.
public struct DetectedObject: Sendable, Equatable {
    /// In pixels of the network's input, whose upper left corner is (0, 0); finite, and inside of the input.
    public let box: Box
    /// From 0, the background not counted.
    public let classID: Int
    /// The probability that the network gives the class.
    public let score: Float

    public init(box: Box, classID: Int, score: Float) {
        (self.box, self.classID, self.score) = (box, classID, score)
    }
}

/// Which objects are wanted.
public struct DetectionOptions: Sendable, Equatable {
    /// Objects with a lower score are left out.
    public var scoreThreshold: Float
    /// The intersection over union with a better box above which a box is held for the same object.
    public var overlapThreshold: Float
    /// The most objects in one image.
    public var limit: Int
    /// Whether a box is held for the same object as a better one of another class, too.
    public var isClassAgnostic: Bool

    public init(
        scoreThreshold: Float = 0.3, overlapThreshold: Float = 0.5, limit: Int = 100, isClassAgnostic: Bool = false
    ) {
        (self.scoreThreshold, self.overlapThreshold) = (scoreThreshold, overlapThreshold)
        (self.limit, self.isClassAgnostic) = (limit, isClassAgnostic)
    }
}
