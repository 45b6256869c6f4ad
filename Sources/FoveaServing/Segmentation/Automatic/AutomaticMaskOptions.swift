/// How all things on a photograph are looked for, and which masks are good enough: the parameters of the reference's
/// `SamAutomaticMaskGenerator` (segment-anything, `automatic_mask_generator.py`), with its defaults.
public struct AutomaticMaskOptions: Sendable, Equatable {
    /// The points that are asked about are a grid of this many on either side.
    public var pointsPerSide = 32
    /// Masks are dropped unless the network's own estimate of their overlap is over it; 0 drops none, nil what the network's
    /// `thresholds` say.
    public var predictedIoUThreshold: Double?
    /// Masks whose stability score is below it are dropped; 0 drops none, nil what the network's `thresholds` say.
    public var stabilityScoreThreshold: Double?
    /// How far the threshold of logits is moved, up and down, for the stability score.
    public var stabilityScoreOffset = 1.0
    /// Of masks whose boxes overlap by more only the best stays.
    public var boxNMSThreshold = 0.7
    /// Layer `n` looks at 4ⁿ overlapping parts of the photograph, each as large as the network can see it.
    public var cropLayers = 0
    /// Of masks of different parts whose boxes overlap by more that of the smaller part stays.
    public var cropNMSThreshold = 0.7
    /// How far parts overlap, as a share of the photograph's shorter side in the first layer, half as far in each further.
    public var cropOverlapRatio = 512.0 / 1500
    /// Each layer's grid has this many times fewer points on a side than the one before.
    public var cropPointsDownscaleFactor = 1
    /// Holes and islands of fewer pixels are removed; 0 removes none.
    public var minMaskRegionArea = 0
    /// Decode at full resolution even where a scaled decode would do.
    public var isExact = false

    public init() {}

    /// The most points of one search, all parts together: about five minutes on one core.
    public static let pointLimit = 16_384

    /// The points on a side of the grid in the parts of `layer`.
    func pointsPerSide(inLayer layer: Int) -> Int {
        var divisor = 1.0
        for _ in 0..<layer { divisor *= Double(cropPointsDownscaleFactor) }
        return Int(Double(pointsPerSide) / divisor)
    }

    /// Throws `ServingError.invalidPrompt` unless every parameter is in its range and the points are not too many.
    public func check() throws(ServingError) {
        for parameter in Self.parameters {
            if let value = parameter.value(self) { try parameter.check(value) }
        }
        var points = 0
        for layer in 0...cropLayers {
            let side = pointsPerSide(inLayer: layer)
            guard side > 0 else {
                throw .invalidPrompt(
                    "points_per_side \(pointsPerSide) divided by crop_n_points_downscale_factor "
                        + "\(cropPointsDownscaleFactor) leaves no point for layer \(layer) of \(cropLayers)")
            }
            points += side * side << (2 * layer)
        }
        guard points <= Self.pointLimit else {
            throw .invalidPrompt(
                "these are \(points) points in all parts of the image; \(Self.pointLimit) are allowed: lower "
                    + "points_per_side or crop_n_layers, or raise crop_n_points_downscale_factor")
        }
    }
}
