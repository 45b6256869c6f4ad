import FoveaJSON
import FoveaServing

/// What `POST /segment` may be asked for.
struct SegmentOptions: RequestOptions, Equatable {
    /// What a mask is answered as.
    enum Format: String, Sendable, CaseIterable {
        /// COCO's compressed run lengths.
        case rle
        /// Outlines on pixel edges, with holes.
        case polygon
        /// A picture of 0 and 255, in base64.
        case png
        /// What the network gave, 256 × 256 float32 in base64.
        case logits
    }

    /// What a picture shows, where one is asked for.
    enum Rendering: String, Sendable, CaseIterable { case mask, overlay }

    var model: String?
    /// Decode JPEGs at full resolution even where a scaled decode would do.
    var exact = false
    /// Three masks for each prompt, or one; nil for three where a prompt is a single point.
    var multimask: Bool?
    var format = Format.rle
    /// How far, in pixels, the corners that a polygon leaves out may lie beside it.
    var simplify: Double?
    var rendering = Rendering.mask
    /// How everything is looked for, where there is no prompt.
    var automatic = AutomaticMaskOptions()
    /// Whether a stream has every mask that is good enough by itself, as soon as it is found.
    var streamsCandidates = false
    /// Points and a box that stand by themselves are one prompt.
    private var single = SegmentPrompt()
    private var list: [SegmentPrompt]?

    init() {}

    /// As many as a prompt may have points, and the other options.
    static let mostParts = SegmentPrompt.pointLimit + 8

    /// What is to be cut out; empty for everything.
    var prompts: [SegmentPrompt] {
        get throws(APIError) {
            guard let list else { return single == SegmentPrompt() ? [] : [single] }
            guard single == SegmentPrompt() else {
                throw APIError(
                    .invalidPrompt, "both \"prompts\" and a point or box by itself; put all into \"prompts\"")
            }
            return list
        }
    }

    mutating func set(_ name: String, _ text: String) throws(APIError) {
        switch name {
        case "model": model = text.isEmpty ? nil : text
        case "exact": exact = try Self.flag(name, text)
        case "multimask": multimask = try Self.flag(name, text)
        case "format": format = try Self.choice(name, text)
        case "render": rendering = try Self.choice(name, text)
        case "simplify": try setSimplify(Double(text) ?? .nan)
        case "point":
            guard let point = SegmentPrompt.Point(text: text) else {
                throw Self.invalidPrompt("a point is \"x,y\" or \"x,y,label\", label 1 on the thing, 0 beside it", text)
            }
            single.points.append(point)
        case "box":
            guard let box = SegmentPrompt.Box(text: text) else {
                throw Self.invalidPrompt("a box is \"x1,y1,x2,y2\"", text)
            }
            guard single.box == nil else {
                throw APIError(.invalidPrompt, "a prompt has one box; send several in \"prompts\"")
            }
            single.box = box
        case "mask": single.mask = text
        case "candidates": streamsCandidates = try Self.flag(name, text)
        default:
            guard let parameter = AutomaticMaskOptions.parameter(name) else { return }
            guard let value = Double(text) else { throw Self.invalid(name, text, "a number") }
            try set(parameter, value)
        }
    }

    mutating func set(_ name: String, _ value: JSONValue) throws(APIError) {
        switch (name, value) {
        case ("prompts", .array(let values)):
            var prompts: [SegmentPrompt] = []
            for (number, value) in values.enumerated() { prompts.append(try SegmentPrompt(value, number: number)) }
            list = prompts
        case ("prompts", _): throw APIError(.invalidPrompt, "\"prompts\" must be a list of objects")
        case ("multimask", .bool(let flag)): multimask = flag
        case ("exact", .bool(let flag)): exact = flag
        case ("candidates", .bool(let flag)): streamsCandidates = flag
        case ("simplify", .number(let number)): try setSimplify(number)
        case ("model", .string(let text)), ("format", .string(let text)), ("render", .string(let text)):
            try set(name, text)
        case ("multimask", _), ("exact", _), ("candidates", _), ("simplify", _), ("model", _), ("format", _),
            ("render", _):
            throw Self.wrongType(name)
        default:
            guard let parameter = AutomaticMaskOptions.parameter(name) else { return }
            guard case .number(let number) = value else { throw Self.wrongType(name) }
            try set(parameter, number)
        }
    }

    private mutating func set(_ parameter: AutomaticMaskOptions.Parameter, _ value: Double) throws(APIError) {
        do { try automatic.set(parameter, to: value) } catch { throw APIError(.invalidParameter, "\(error)") }
    }

    /// The parameters of a search for everything. Throws where they don't go together.
    var everything: AutomaticMaskOptions {
        get throws(APIError) {
            var options = automatic
            options.isExact = exact
            do { try options.check() } catch { throw APIError(.invalidParameter, "\(error)") }
            guard format != .logits else {
                throw APIError(
                    .invalidParameter, "format \"logits\" is of prompts; without one it is rle, polygon or png")
            }
            return options
        }
    }

    private mutating func setSimplify(_ tolerance: Double) throws(APIError) {
        guard (0...1000).contains(tolerance) else {
            throw Self.invalid("simplify", "\(tolerance)", "a number of pixels from 0 to 1000")
        }
        simplify = tolerance
    }

    private static func invalidPrompt(_ expected: String, _ got: String) -> APIError {
        APIError(.invalidPrompt, "\(expected), in pixels; got \"\(got.prefix(64))\"")
    }
}
