public import FoveaJSON
public import FoveaModels

extension ModelCard {
    /// The card as the fields of `model.json`, always in the same order.
    public var json: JSONValue {
        var fields: [JSONValue.Field] = [
            .init("task", .string(task.rawValue)),
            .init("architecture", .string(architecture)),
            .init("weights", .string(weights)),
        ]
        func add(_ name: String, _ value: JSONValue?) {
            if let value { fields.append(.init(name, value)) }
        }
        add("labels", labels.map { .string($0.text) })
        add("sha256", sha256.map { .string($0.description) })
        add("license", license.map(JSONValue.string))
        add("source", source.map(JSONValue.string))
        add("input", input?.json)
        add("detector", detector?.json)
        add("classifier", classifier.map(JSONValue.string))
        add("precision", precision.map { .string($0.rawValue) })
        add("exact_decoding", exactDecoding.map(JSONValue.bool))
        add("version", version.map(JSONValue.string))
        add("description", description.map(JSONValue.string))
        add("batching", batching?.json)
        add("pinned", isPinned.map(JSONValue.bool))
        add("self_test", selfTests.map { .array($0.map(\.json)) })
        return .object(fields)
    }
}

extension ModelCard.Labels {
    /// The card's own spelling.
    public var text: String {
        switch self {
        case .builtIn(let list): list.rawValue
        case .file(let name): name
        }
    }
}

extension Batching {
    var json: JSONValue {
        ["max_size": .integer(maxSize), "max_delay_ms": .number(maxDelay / .milliseconds(1))]
    }
}

extension SelfTest.Promise {
    fileprivate var json: JSONValue {
        var fields: [JSONValue.Field] = [.init("image", .string(image)), .init("label", .string(label))]
        if let score { fields.append(.init("score", .float(score))) }
        if let tolerance { fields.append(.init("tolerance", .float(tolerance))) }
        return .object(fields)
    }
}

extension InputOverride {
    var json: JSONValue {
        var fields: [JSONValue.Field] = []
        if let size { fields.append(.init("size", .array(size.map(JSONValue.integer)))) }
        switch resize {
        case nil: break
        case .stretch: fields.append(.init("resize", .string("stretch")))
        case .letterbox: fields.append(.init("resize", .string("letterbox")))
        case .crop(let shorterSide, let filter):
            var inner: [JSONValue.Field] = []
            if let shorterSide { inner.append(.init("shorter_side", .integer(shorterSide))) }
            if let filter { inner.append(.init("filter", .string(filter.rawValue))) }
            fields.append(.init("resize", .object(inner)))
        }
        if let mean { fields.append(.init("mean", .numbers(mean))) }
        if let std { fields.append(.init("std", .numbers(std))) }
        return .object(fields)
    }
}

extension InputSpecification {
    /// The specification as the `input` of a card that says everything.
    public var json: JSONValue {
        let resize: InputOverride.Resize =
            switch resize {
            case .shorterSide(let side): .crop(shorterSide: side, filter: filter)
            case .stretch: .stretch
            case .longerSide: .letterbox
            }
        return InputOverride(size: [height, width], resize: resize, mean: mean, std: std).json
    }
}
