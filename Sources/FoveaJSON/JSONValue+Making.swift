extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int) { self = .integer(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(nilLiteral: ()) { self = .null }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSONValue)...) { self = .members(elements) }
}

extension JSONValue {
    /// An object with these members, in their order.
    public static func members(_ members: [(String, JSONValue)]) -> JSONValue {
        .object(members.map { Field($0.0, $0.1) })
    }

    public static func optional(_ value: String?) -> JSONValue { value.map(JSONValue.string) ?? .null }
    public static func optional(_ value: Int?) -> JSONValue { value.map(JSONValue.integer) ?? .null }
    public static func optional(_ value: Double?) -> JSONValue { value.map(JSONValue.number) ?? .null }

    /// A float in its own shortest digits, not those of the double that it becomes.
    public static func float(_ value: Float) -> JSONValue { .number(Double("\(value)") ?? Double(value)) }

    /// Milliseconds with three decimals.
    public static func milliseconds(_ duration: Duration) -> JSONValue {
        .number((duration / .microseconds(1)).rounded() / 1000)
    }
}
