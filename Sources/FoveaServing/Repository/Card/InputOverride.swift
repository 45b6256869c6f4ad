public import FoveaModels

/// The `input` of a card: each field that is given replaces the architecture's own.
public struct InputOverride: Sendable, Equatable {
    /// What to do with a photograph that hasn't the input's size.
    public enum Resize: Sendable, Equatable {
        case stretch
        /// The photograph fits in, its proportions kept, from the upper left corner; normalised zeros are beside it.
        case letterbox
        /// The shorter side becomes `shorterSide` pixels, by `filter`; then a centre crop. At least one is given.
        case crop(shorterSide: Int?, filter: InputSpecification.Filter?)
    }

    /// Height, then width, in pixels.
    public var size: [Int]?
    public var resize: Resize?
    /// Red, green, blue, on the scale 0…255.
    public var mean: [Float]?
    public var std: [Float]?

    public init(size: [Int]? = nil, resize: Resize? = nil, mean: [Float]? = nil, std: [Float]? = nil) {
        (self.size, self.resize, self.mean, self.std) = (size, resize, mean, std)
    }

    /// The largest side of an input that a card may ask for.
    static let sideLimit = 4096

    /// `base` with the fields of this override; throws when the crop is larger than what it is cut from.
    public func applied(to base: InputSpecification) throws(CardError) -> InputSpecification {
        var result = base
        if let size, size.count == 2 { (result.height, result.width) = (size[0], size[1]) }
        if let mean { result.mean = mean }
        if let std { result.std = std }
        switch resize {
        case nil: break
        case .stretch: result.resize = .stretch
        case .letterbox: result.resize = .longerSide
        case .crop(let shorterSide, let filter):
            if let shorterSide { result.resize = .shorterSide(shorterSide) }
            if let filter { result.filter = filter }
        }
        if case .shorterSide(let side) = result.resize, side < max(result.height, result.width) {
            throw .invalid(
                field: "input.resize.shorter_side", got: "\(side)",
                expected: "at least \(max(result.height, result.width)), the larger side of input.size")
        }
        return result
    }
}
