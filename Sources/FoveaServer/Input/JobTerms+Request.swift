import FoveaHTTP
import FoveaServing
import HTTPTypes

extension HTTPField.Name {
    /// Milliseconds from the request's arrival, after which its answer is of no use to the client.
    static let requestTimeout = literal("X-Request-Timeout-Ms")
    /// `high`, `normal` or `low`.
    static let requestPriority = literal("X-Request-Priority")
}

extension JobTerms {
    /// The longest time that a client may ask for: a day, in milliseconds. The daemon's own limit holds, too.
    private static let longestTimeout = 86_400_000

    /// What the fields of a request ask for.
    init(of request: Request) throws(APIError) {
        self.init()
        if let text = request.head.fields[.requestTimeout] {
            guard let milliseconds = Int(text), (1...Self.longestTimeout).contains(milliseconds) else {
                throw APIError(
                    .invalidParameter,
                    "X-Request-Timeout-Ms is \"\(text.prefix(64))\"; it must be a whole number of milliseconds, at least 1"
                )
            }
            deadline = request.receivedAt + .milliseconds(milliseconds)
        }
        switch request.head.fields[.requestPriority] {
        case nil, "normal": priority = .normal
        case "high": priority = .high
        case "low": priority = .low
        case .some(let text):
            throw APIError(
                .invalidParameter, "X-Request-Priority is \"\(text.prefix(64))\"; it must be high, normal or low")
        }
    }
}
