import FoveaHTTP
import FoveaJSON

/// What a request to one route may ask for beside its images; the same names in query, form and JSON.
protocol RequestOptions: Sendable {
    init()

    /// `NAME` or `NAME:VERSION`; nil asks for the task's default model.
    var model: String? { get }

    /// The most parts of a form beside its images.
    static var mostParts: Int { get }

    /// Sets the option `name` from the text of a query or a form. Unknown names are ignored.
    mutating func set(_ name: String, _ text: String) throws(APIError)

    /// Sets the option `name` from a member of a JSON object. Unknown names are ignored.
    mutating func set(_ name: String, _ value: JSONValue) throws(APIError)
}

extension RequestOptions {
    static var mostParts: Int { 8 }

    /// Reads the options of a raw query string.
    init(query: String?) throws(APIError) {
        self.init()
        guard let query, !query.isEmpty else { return }
        let items: [QueryItems.Item]
        do {
            items = try QueryItems(Array(query.utf8)[...]).items
        } catch { throw APIError(.malformedRequest, "the query is malformed: \(error)") }
        for item in items { try set(item.name, item.value) }
    }

    static func flag(_ name: String, _ text: String) throws(APIError) -> Bool {
        switch text {
        case "true": true
        case "false": false
        default: throw invalid(name, text, "true or false")
        }
    }

    static func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String, _ text: String
    ) throws(APIError) -> Choice {
        guard let choice = Choice(rawValue: text) else {
            throw invalid(name, text, Choice.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return choice
    }

    static func invalid(_ name: String, _ value: String, _ expected: String) -> APIError {
        APIError(.invalidParameter, "\(name) is \"\(value.prefix(64))\"; it must be \(expected)")
    }

    static func wrongType(_ name: String) -> APIError {
        APIError(.invalidParameter, "\"\(name)\" has a value of the wrong type")
    }
}
