import FoveaJSON
import FoveaModels
import FoveaServing

/// What `POST /detect` may be asked for.
struct DetectOptions: RequestOptions, Equatable {
    /// What a picture shows, where one is asked for.
    enum Rendering: String, Sendable, CaseIterable { case overlay }

    var model: String?
    /// Which objects are wanted.
    var objects = DetectionOptions()
    /// Tiles to look at beside the whole photograph.
    var tiles: TileSize?
    /// Decode JPEGs at full resolution even where a scaled decode would do.
    var exact = false
    var rendering = Rendering.overlay

    mutating func set(_ name: String, _ text: String) throws(APIError) {
        switch name {
        case "model": model = text.isEmpty ? nil : text
        case "score_threshold", "iou_threshold": try set(name, Double(text) ?? .nan, got: text)
        case "max_detections": try set(name, Int(text).map(Double.init) ?? .nan, got: text)
        case "class_agnostic": objects.isClassAgnostic = try Self.flag(name, text)
        case "tiles":
            guard let size = TileSize(text: text) else {
                throw Self.invalid(name, text, "auto or WIDTHxHEIGHT in pixels, such as 640x640")
            }
            tiles = size
        case "exact": exact = try Self.flag(name, text)
        case "render": rendering = try Self.choice(name, text)
        default: break
        }
    }

    mutating func set(_ name: String, _ value: JSONValue) throws(APIError) {
        switch (name, value) {
        case ("model", .string(let text)), ("tiles", .string(let text)), ("render", .string(let text)):
            try set(name, text)
        case ("score_threshold", .number(let number)), ("iou_threshold", .number(let number)),
            ("max_detections", .number(let number)):
            try set(name, number, got: value.summary)
        case ("class_agnostic", .bool(let flag)): objects.isClassAgnostic = flag
        case ("exact", .bool(let flag)): exact = flag
        case ("model", _), ("tiles", _), ("render", _), ("score_threshold", _), ("iou_threshold", _),
            ("max_detections", _), ("class_agnostic", _), ("exact", _):
            throw Self.wrongType(name)
        default: break
        }
    }

    private mutating func set(_ name: String, _ number: Double, got text: String) throws(APIError) {
        if name == "max_detections" {
            guard let count = Int(exactly: number), (1...1000).contains(count) else {
                throw Self.invalid(name, text, "a whole number from 1 to 1000")
            }
            objects.limit = count
            return
        }
        guard (0...1).contains(number) else { throw Self.invalid(name, text, "a number from 0 to 1") }
        if name == "score_threshold" {
            objects.scoreThreshold = Float(number)
        } else {
            objects.overlapThreshold = Float(number)
        }
    }
}
