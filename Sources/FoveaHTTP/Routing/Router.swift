public import HTTPTypes

/// Finds what answers a request: handlers by method and path pattern.
///
/// Paths are compared segment by segment as percent-decoded octets, without any other normalisation: no dot segment is
/// resolved, and a trailing slash makes another path. A literal segment wins over a parameter.
public struct Router<Handler: Sendable>: Sendable {
    /// One registered route.
    public struct Route: Sendable {
        public let method: HTTPRequest.Method
        /// The path with its parameters in braces: from a closed set, so fit for a metric's label.
        public let pattern: String
        public let handler: Handler
    }

    /// What became of a method and a path.
    public enum Match: Sendable {
        /// `parameters` are the decoded segments, by the names in the pattern.
        case found(Handler, pattern: String, parameters: [String: String])
        /// An OPTIONS request (RFC 9110 section 9.3.7); `pattern` is `*` for the server as a whole.
        case options(pattern: String, allow: [HTTPRequest.Method])
        /// The path is known, but not with this method: 405 with `Allow` (RFC 9110 section 15.5.6).
        case methodNotAllowed(pattern: String, allow: [HTTPRequest.Method])
        /// 404.
        case notFound
        /// A method that no route could have: 501 (RFC 9110 section 9.1).
        case unknownMethod
    }

    private struct Entry {
        let pattern: RoutePattern
        var routes: [Route]
    }

    /// Patterns with more literals first.
    private var entries: [Entry] = []

    public init() {}

    /// All routes, in the order in which patterns are tried.
    public var routes: [Route] { entries.flatMap(\.routes) }

    /// Adds a route such as `GET /models/{name}`; a GET route also answers HEAD.
    ///
    /// - Parameter route: a method, a space and a pattern. A route that is there already, or is none, is a bug.
    public mutating func add(_ route: String, _ handler: Handler) {
        let words = route.split(separator: " ")
        guard words.count == 2, let method = HTTPRequest.Method(String(words[0])) else {
            preconditionFailure("the route \(route) must be a method, a space and a path")
        }
        let pattern = RoutePattern(String(words[1]))
        let added = Route(method: method, pattern: pattern.path, handler: handler)
        if let index = entries.firstIndex(where: { $0.pattern == pattern }) {
            precondition(!entries[index].routes.contains { $0.method == method }, "the route \(route) is added twice")
            entries[index].routes.append(added)
        } else {
            let index = entries.firstIndex { $0.pattern.literals < pattern.literals } ?? entries.endIndex
            entries.insert(Entry(pattern: pattern, routes: [added]), at: index)
        }
    }

    /// Finds the route for a method and a raw path.
    public func match(_ method: HTTPRequest.Method, path: String) -> Match {
        guard HTTPRequest.Method.known.contains(method) else { return .unknownMethod }
        if path == "*", method == .options {
            return .options(pattern: "*", allow: Self.allowed(entries.flatMap(\.routes)))
        }
        guard let segments = RoutePattern.segments(of: path) else { return .notFound }
        for entry in entries {
            guard let parameters = entry.pattern.match(segments) else { continue }
            let pattern = entry.pattern.path
            if let route = Self.route(for: method, in: entry.routes) {
                return .found(route.handler, pattern: pattern, parameters: parameters)
            }
            let allow = Self.allowed(entry.routes)
            return method == .options
                ? .options(pattern: pattern, allow: allow) : .methodNotAllowed(pattern: pattern, allow: allow)
        }
        return .notFound
    }

    private static func route(for method: HTTPRequest.Method, in routes: [Route]) -> Route? {
        if let exact = routes.first(where: { $0.method == method }) { return exact }
        return method == .head ? routes.first { $0.method == .get } : nil
    }

    private static func allowed(_ routes: [Route]) -> [HTTPRequest.Method] {
        HTTPRequest.Method.known.filter { $0 == .options || route(for: $0, in: routes) != nil }
    }
}

extension [HTTPRequest.Method] {
    /// The value of `Allow` (RFC 9110 section 10.2.1).
    public var allowValue: String { map(\.rawValue).joined(separator: ", ") }
}

extension HTTPRequest.Method {
    /// The methods of RFC 9110 and RFC 5789, and QUERY, in the order in which `Allow` lists them.
    fileprivate static let known: [Self] = [
        .get, .head, .post, .put, .patch, .delete, .options, .trace, .connect, .query,
    ]
}
