/// A method and a path with holes, such as `GET /models/{name}`.
struct RoutePattern: Sendable, Equatable {
    enum Segment: Sendable, Equatable {
        case literal([UInt8])
        case parameter(String)
    }

    let path: String
    let segments: [Segment]

    /// - Parameter path: starts with `/`; a segment in braces matches any that isn't empty. It is the program's own.
    init(_ path: String) {
        precondition(path.utf8.first == Octet.slash, "the pattern \(path) must start with /")
        self.path = path
        segments = path.utf8.dropFirst().split(separator: Octet.slash, omittingEmptySubsequences: false).map { text in
            guard text.first == UInt8(ascii: "{"), text.last == UInt8(ascii: "}") else { return .literal(Array(text)) }
            return .parameter(String(decoding: text.dropFirst().dropLast(), as: UTF8.self))
        }
    }

    /// The parameters by name if `path`, decoded and cut, matches.
    func match(_ path: [[UInt8]]) -> [String: String]? {
        guard path.count == segments.count else { return nil }
        var parameters: [String: String] = [:]
        for (segment, octets) in zip(segments, path) {
            switch segment {
            case .literal(let expected):
                guard expected == octets else { return nil }
            case .parameter(let name):
                guard !octets.isEmpty, let value = String(validating: octets, as: UTF8.self) else { return nil }
                parameters[name] = value
            }
        }
        return parameters
    }

    /// How many segments are literal: of two patterns that match, the one with more of them is meant.
    var literals: Int { segments.count { if case .literal = $0 { true } else { false } } }

    /// Cuts a raw path at its slashes, then decodes each segment once, so that an encoded slash cuts nothing.
    ///
    /// - Returns: `nil` for `*` and for broken percent escapes.
    static func segments(of path: String) -> [[UInt8]]? {
        guard path.utf8.first == Octet.slash else { return nil }
        var segments: [[UInt8]] = []
        for segment in path.utf8.dropFirst().split(separator: Octet.slash, omittingEmptySubsequences: false) {
            guard let decoded = segment.percentDecoded() else { return nil }
            segments.append(decoded)
        }
        return segments
    }
}
