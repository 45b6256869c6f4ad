public import FoveaJSON

/// What a model says of one photograph.
public protocol PhotographAnswer: Sendable {
    /// The size of the upright photograph, in pixels.
    var width: Int { get }
    var height: Int { get }
    /// Of the photograph's bytes, in lower-case hexadecimal.
    var sha256: String { get }
    var timings: StageTimings { get }
    /// What it says, as members of an answer in JSON.
    var members: [(String, JSONValue)] { get }
    /// The best prediction.
    var best: (label: String, score: Float)? { get }
}

extension PhotographAnswer {
    /// Which photograph it is about.
    public var image: JSONValue { .image(width: width, height: height, sha256: sha256) }
}

extension JSONValue {
    /// A photograph, as every answer names it.
    public static func image(width: Int, height: Int, sha256: String) -> JSONValue {
        ["width": .integer(width), "height": .integer(height), "sha256": .string(sha256)]
    }
}

extension Classification: PhotographAnswer {
    public var members: [(String, JSONValue)] {
        let predictions = predictions.map { prediction -> JSONValue in
            .members(JSONValue.prediction(prediction.classID, prediction.label, prediction.score))
        }
        return [("predictions", .array(predictions))]
    }

    public var best: (label: String, score: Float)? { predictions.first.map { ($0.label, $0.score) } }
}

extension Detection: PhotographAnswer {
    public var members: [(String, JSONValue)] {
        let predictions = predictions.map { prediction -> JSONValue in
            .members(
                [("box", .numbers(prediction.box.corners))]
                    + JSONValue.prediction(prediction.classID, prediction.label, prediction.score)
                    + (prediction.name.map { name in
                        let members = JSONValue.prediction(name.classID, name.label, name.score)
                        return [("classification", .members(members))]
                    } ?? []))
        }
        return [("predictions", .array(predictions))] + (tiles.map { [("tiles", .integer($0))] } ?? [])
    }

    public var best: (label: String, score: Float)? { predictions.first.map { ($0.label, $0.score) } }
}

extension JSONValue {
    fileprivate static func prediction(_ classID: Int, _ label: String, _ score: Float) -> [(String, JSONValue)] {
        [("class_id", .integer(classID)), ("label", .string(label)), ("score", .float(score))]
    }
}
