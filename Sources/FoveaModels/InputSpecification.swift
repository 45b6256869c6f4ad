/// How a photograph becomes a network's input.
public struct InputSpecification: Sendable, Equatable {
    /// Which pixels of the photograph the network sees.
    public enum Resize: Sendable, Equatable {
        /// The shorter side becomes this many pixels, the longer one in proportion (truncated); then a centre crop of the input size.
        case shorterSide(Int)
        /// The photograph is stretched to the input size.
        case stretch
        /// The longer side becomes that of the input, which is square; normalised zeros fill it up at the bottom and right.
        case longerSide
    }
    /// Pillow's resampling filters.
    public enum Filter: String, Sendable { case bilinear, bicubic }

    public var height: Int
    public var width: Int
    public var resize: Resize
    public var filter: Filter
    /// Per channel (red, green, blue), on the scale 0…255: the input is `(pixel - mean) / std`.
    public var mean: [Float]
    public var std: [Float]

    public init(height: Int, width: Int, resize: Resize, filter: Filter, mean: [Float], std: [Float]) {
        (self.height, self.width, self.resize, self.filter) = (height, width, resize, filter)
        (self.mean, self.std) = (mean, std)
    }
}
