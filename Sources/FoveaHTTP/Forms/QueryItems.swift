/// Why a query is not understood.
public enum QueryError: Error, Equatable {
    /// A `%` without two hexadecimal digits after it.
    case malformedEscape
    /// A name or value that is not UTF-8, or holds NUL.
    case notText
    case tooManyItems(limit: Int)
}

extension QueryError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .malformedEscape: "a percent sign must be followed by two hexadecimal digits"
        case .notText: "names and values must be UTF-8 without NUL"
        case .tooManyItems(let limit): "at most \(limit) items are accepted"
        }
    }
}

/// The `name=value` pairs of a query, or of a body of type `application/x-www-form-urlencoded`, in order.
public struct QueryItems: Sendable, Equatable {
    public struct Item: Sendable, Equatable {
        public let name: String
        /// Empty also where there is no `=`.
        public let value: String
    }

    public static let limit = 1024

    public let items: [Item]

    /// Parses what follows the `?` of a target, or a body: pairs between `&`, `+` for space, `%XX` for any byte.
    public init(_ raw: ArraySlice<UInt8>) throws(QueryError) {
        let pairs = raw.split(separator: UInt8(ascii: "&"), maxSplits: Self.limit)
        guard pairs.count <= Self.limit else { throw .tooManyItems(limit: Self.limit) }
        var items: [Item] = []
        for pair in pairs {
            let name = pair.prefix { $0 != UInt8(ascii: "=") }
            items.append(Item(name: try Self.text(name), value: try Self.text(pair[name.endIndex...].dropFirst())))
        }
        self.items = items
    }

    /// The first value of `name`.
    public subscript(name: String) -> String? { items.first { $0.name == name }?.value }

    /// All values of `name`, in order.
    public func values(of name: String) -> [String] { items.filter { $0.name == name }.map(\.value) }

    private static func text(_ raw: ArraySlice<UInt8>) throws(QueryError) -> String {
        let spaced = raw.lazy.map { $0 == UInt8(ascii: "+") ? 0x20 : $0 }
        guard let decoded = spaced.percentDecoded() else { throw .malformedEscape }
        guard !decoded.contains(0), let text = String(validating: decoded, as: UTF8.self) else { throw .notText }
        return text
    }
}
