import FoveaJSON
import FoveaModels

/// The members of a JSON object that are read by name; others are ignored.
struct Fields {
    private let fields: [JSONValue.Field]

    init(_ fields: [JSONValue.Field]) { self.fields = fields }

    /// - Parameter name: what the object is, for the message if it is none. `null` counts as empty.
    init(_ value: JSONValue, _ name: String) throws(APIError) {
        switch value {
        case .object(let fields): self.fields = fields
        case .null: fields = []
        default: throw APIError(.malformedRequest, "\(name) must be an object, not \(value.summary)")
        }
    }

    var names: [String] { fields.map(\.name) }

    subscript(name: String) -> JSONValue? { fields.first { $0.name == name }?.value }

    func integer(_ name: String, in range: ClosedRange<Int>) throws(APIError) -> Int? {
        guard let value = self[name] else { return nil }
        guard case .number(let number) = value, let whole = Int(exactly: number), range.contains(whole) else {
            throw APIError(
                .invalidParameter,
                "\(name) is \(value.summary); it must be a whole number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return whole
    }

    /// A share of one.
    func share(_ name: String) throws(APIError) -> Float? {
        guard let value = self[name] else { return nil }
        guard case .number(let number) = value, (0...1).contains(number) else {
            throw APIError(.invalidParameter, "\(name) is \(value.summary); it must be a number from 0 to 1")
        }
        return Float(number)
    }

    func bool(_ name: String) throws(APIError) -> Bool? {
        guard let value = self[name] else { return nil }
        guard case .bool(let flag) = value else {
            throw APIError(.invalidParameter, "\(name) is \(value.summary); it must be true or false")
        }
        return flag
    }

    /// Refuses a tensor that is not in the request (the shared memory extensions).
    func refuseSharedMemory() throws(APIError) {
        guard self["shared_memory_region"] == nil else {
            throw APIError(.invalidParameter, "shared memory is not used here; send and take tensors in the body")
        }
    }
}

extension InferenceParameters {
    /// An hour, in microseconds: the longest `timeout`. The daemon's own limit holds, too.
    private static let longestTimeout = 3_600_000_000

    init(_ fields: Fields) throws(APIError) {
        self.init()
        priority = try fields.integer("priority", in: 0...3) ?? 0
        timeout = try fields.integer("timeout", in: 0...Self.longestTimeout) ?? 0
        hasBinaryOutput = try fields.bool("binary_data_output") ?? false
        isExact = try fields.bool("exact") ?? false
        objects.scoreThreshold = try fields.share("score_threshold") ?? objects.scoreThreshold
        objects.overlapThreshold = try fields.share("iou_threshold") ?? objects.overlapThreshold
        objects.limit = try fields.integer("max_detections", in: 1...ModelInterface.mostObjects) ?? objects.limit
        objects.isClassAgnostic = try fields.bool("class_agnostic") ?? objects.isClassAgnostic
    }
}

extension InferenceRequest.Output {
    init(_ fields: Fields) throws(APIError) {
        guard case .string(let name) = fields["name"] else {
            throw APIError(.malformedRequest, "every one of \"outputs\" must have a \"name\", a string")
        }
        let parameters = try Fields(fields["parameters"] ?? .null, "an output's parameters")
        try parameters.refuseSharedMemory()
        let topClasses = try parameters.integer("classification", in: 0...1_000_000)
        self.init(
            name: name, isBinary: try parameters.bool("binary_data"), topClasses: topClasses == 0 ? nil : topClasses)
    }
}
