/// A JSON text (RFC 8259) as data; fields keep their order.
public enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([Field])

    /// One member of an object.
    public struct Field: Sendable, Equatable {
        public var name: String
        public var value: JSONValue

        public init(_ name: String, _ value: JSONValue) { (self.name, self.value) = (name, value) }
    }

    /// A whole number.
    public static func integer(_ value: Int) -> JSONValue { .number(Double(value)) }

    /// An array of numbers.
    public static func numbers(_ values: [Float]) -> JSONValue {
        // Through the shortest decimal form: 123.675 as a float must not become 123.67500305175781.
        .array(values.map { .number(Double($0.description) ?? Double($0)) })
    }

    /// The value in words, for an error message: never more than a few of the text's own characters.
    public var summary: String {
        switch self {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .number(let value): JSONWriter.text(of: value)
        case .string(let value): "\"\(value.printable)\""
        case .array(let values): "an array of \(values.count)"
        case .object: "an object"
        }
    }
}
