import FoveaJSON
import FoveaModels

extension InputSpecification {
    /// How a photograph becomes a network's input, as the answers about models say it.
    var json: JSONValue {
        let resize: JSONValue =
            switch resize {
            case .shorterSide(let side): ["shorter_side": .integer(side), "filter": .string(filter.rawValue)]
            case .stretch: ["stretch": true, "filter": .string(filter.rawValue)]
            case .longerSide: ["letterbox": true, "filter": .string(filter.rawValue)]
            }
        return [
            "size": [.integer(height), .integer(width)], "resize": resize,
            "mean": .array(mean.map(JSONValue.float)), "std": .array(std.map(JSONValue.float)),
        ]
    }
}
