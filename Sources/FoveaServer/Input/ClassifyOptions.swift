import FoveaJSON

/// What `POST /classify` may be asked for.
struct ClassifyOptions: RequestOptions, Equatable {
    var model: String?
    /// How many predictions to return, at most.
    var topK = 5
    /// Decode JPEGs at full resolution even where a scaled decode would do.
    var exact = false

    mutating func set(_ name: String, _ text: String) throws(APIError) {
        switch name {
        case "model": model = text.isEmpty ? nil : text
        case "top_k":
            guard let number = Int(text) else { throw Self.invalid(name, text, "a whole number from 1 to 1000") }
            try setTopK(number)
        case "exact": exact = try Self.flag(name, text)
        default: break
        }
    }

    mutating func set(_ name: String, _ value: JSONValue) throws(APIError) {
        switch (name, value) {
        case ("model", .string(let text)): try set(name, text)
        case ("top_k", .number(let number)):
            guard let whole = Int(exactly: number) else {
                throw APIError(.invalidParameter, "top_k is \(number); it must be a whole number from 1 to 1000")
            }
            try setTopK(whole)
        case ("exact", .bool(let flag)): exact = flag
        case ("model", _), ("top_k", _), ("exact", _): throw Self.wrongType(name)
        default: break
        }
    }

    private mutating func setTopK(_ number: Int) throws(APIError) {
        guard (1...1000).contains(number) else {
            throw Self.invalid("top_k", "\(number)", "a whole number from 1 to 1000")
        }
        topK = number
    }
}
