import FoveaHTTP

/// What a request may ask for beside its images; the same names in query, form and JSON.
struct Options: Sendable, Equatable {
    /// `NAME` or `NAME:VERSION`; nil asks for the task's default model.
    var model: String?
    /// How many predictions to return, at most.
    var topK = 5
    /// Decode JPEGs at full resolution even where a scaled decode would do.
    var exact = false

    init() {}

    /// Reads the options of a raw query string. Unknown names are ignored.
    init(query: String?) throws(APIError) {
        guard let query, !query.isEmpty else { return }
        let items: [QueryItems.Item]
        do {
            items = try QueryItems(Array(query.utf8)[...]).items
        } catch { throw APIError(.malformedRequest, "the query is malformed: \(error)") }
        for item in items { try set(item.name, item.value) }
    }

    /// Sets the option `name` from text. Unknown names are ignored.
    mutating func set(_ name: String, _ value: String) throws(APIError) {
        switch name {
        case "model": model = value.isEmpty ? nil : value
        case "top_k":
            guard let number = Int(value) else { throw Self.invalid(name, value, "a whole number from 1 to 1000") }
            try setTopK(number)
        case "exact":
            switch value {
            case "true": exact = true
            case "false": exact = false
            default: throw Self.invalid(name, value, "true or false")
            }
        default: break
        }
    }

    mutating func setTopK(_ number: Int) throws(APIError) {
        guard (1...1000).contains(number) else {
            throw Self.invalid("top_k", "\(number)", "a whole number from 1 to 1000")
        }
        topK = number
    }

    private static func invalid(_ name: String, _ value: String, _ expected: String) -> APIError {
        APIError(.invalidParameter, "\(name) is \"\(value.prefix(64))\"; it must be \(expected)")
    }
}
