/// The query of a route that reads: its values by name, checked as they are taken.
struct QueryParameters {
    private let values: [String: String]

    init(_ values: [String: String]) { self.values = values }

    /// The text of `name`; nil when it is missing or empty.
    subscript(name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }

    func integer(_ name: String, in range: ClosedRange<Int>) throws(APIError) -> Int? {
        guard let text = values[name] else { return nil }
        guard let value = Int(text), range.contains(value) else {
            throw invalid(name, text, "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// Unix seconds, up to the year 9999.
    func time(_ name: String) throws(APIError) -> Double? {
        guard let text = values[name] else { return nil }
        guard let value = Double(text), (0...253_402_300_799).contains(value) else {
            throw invalid(name, text, "a time in Unix seconds")
        }
        return value
    }

    private func invalid(_ name: String, _ text: String, _ expected: String) -> APIError {
        APIError(.invalidParameter, "\(name) is \"\(text.prefix(64))\"; it must be \(expected)")
    }
}
