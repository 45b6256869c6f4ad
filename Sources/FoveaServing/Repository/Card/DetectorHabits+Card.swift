import FoveaJSON
import FoveaModels

extension DetectorHabits {
    /// Reads the `detector` of a card.
    init(_ value: JSONValue, at path: String) throws(CardError) {
        var reader = try FieldReader(value, at: path)
        self.init(
            channelMixing: try Self.choice(&reader, "channel_mixing"), anchors: try Self.choice(&reader, "anchors"),
            pixelOffset: try reader.optional("pixel_offset", "0 or 1") { $0.integer(in: 0...1) },
            background: try Self.choice(&reader, "background"), pooling: try Self.choice(&reader, "pooling"),
            suppression: try Self.choice(&reader, "suppression"))
        try reader.finish()
    }

    private static func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ reader: inout FieldReader, _ field: String
    ) throws(CardError) -> Choice? {
        let choices = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        return try reader.optional(field, "one of \(choices)") { $0.string.flatMap(Choice.init(rawValue:)) }
    }

    /// The habits as a card has them.
    var json: JSONValue {
        let fields: [(String, JSONValue?)] = [
            ("channel_mixing", channelMixing.map { .string($0.rawValue) }),
            ("anchors", anchors.map { .string($0.rawValue) }), ("pixel_offset", pixelOffset.map(JSONValue.integer)),
            ("background", background.map { .string($0.rawValue) }), ("pooling", pooling.map { .string($0.rawValue) }),
            ("suppression", suppression.map { .string($0.rawValue) }),
        ]
        return .members(fields.compactMap { name, value in value.map { (name, $0) } })
    }
}
