import FoveaJSON

/// Takes the fields out of one object of a card; what nobody asked for is refused in the end.
struct FieldReader {
    private let fields: [JSONValue.Field]
    private let path: String
    private var known: [String] = []

    /// Reads `value`, which is found at `path` (`""` for the whole card).
    init(_ value: JSONValue, at path: String) throws(CardError) {
        guard case .object(let fields) = value else {
            guard !path.isEmpty else { throw .notObject(got: value.summary) }
            throw .invalid(field: path, got: value.summary, expected: "an object")
        }
        (self.fields, self.path) = (fields, path)
    }

    func name(of field: String) -> String { path.isEmpty ? field : path + "." + field }

    /// The value of `field`, if the object has it.
    mutating func value(_ field: String) -> JSONValue? {
        known.append(field)
        return fields.first { $0.name == field }?.value
    }

    /// What `convert` makes of the value of `field`; `expected` says in words what is accepted.
    mutating func optional<Value>(
        _ field: String, _ expected: String, _ convert: (JSONValue) -> Value?
    ) throws(CardError) -> Value? {
        guard let value = value(field) else { return nil }
        guard let converted = convert(value) else {
            throw .invalid(field: name(of: field), got: value.summary, expected: expected)
        }
        return converted
    }

    mutating func required<Value>(
        _ field: String, _ expected: String, _ convert: (JSONValue) -> Value?
    ) throws(CardError) -> Value {
        guard let value = try optional(field, expected, convert) else {
            throw .missing(field: name(of: field), expected: expected)
        }
        return value
    }

    /// Throws for the first field that was never asked for.
    func finish() throws(CardError) {
        for field in fields where !known.contains(field.name) {
            throw .unknownField(name(of: field.name), known: known)
        }
    }
}

extension JSONValue {
    var string: String? { if case .string(let text) = self { text } else { nil } }

    var bool: Bool? { if case .bool(let flag) = self { flag } else { nil } }

    var array: [JSONValue]? { if case .array(let values) = self { values } else { nil } }

    /// The number as an integer in `range`.
    func integer(in range: ClosedRange<Int>) -> Int? {
        guard case .number(let number) = self, let integer = Int(exactly: number) else { return nil }
        return range.contains(integer) ? integer : nil
    }

    /// The number as a finite float.
    var float: Float? {
        guard case .number(let number) = self, Float(number).isFinite else { return nil }
        return Float(number)
    }
}
