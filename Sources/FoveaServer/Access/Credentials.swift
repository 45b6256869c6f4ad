import HTTPTypes

/// The key that a request carries: `Authorization: Bearer KEY` (RFC 6750 section 2.1) or `X-API-Key: KEY`.
///
/// Never in the query, where logs and histories keep it.
struct Credentials {
    /// nil where there is none: a field without a key and other schemes don't count.
    let key: String?

    /// - Throws: `malformed_request` for several keys that differ (RFC 6750 section 3.1, `invalid_request`).
    init(_ fields: HTTPFields) throws(APIError) {
        let keys = Set(fields[values: .authorization].compactMap(Self.bearerToken) + fields[values: .apiKey])
            .subtracting([""])
        guard keys.count < 2 else {
            throw APIError(
                .malformedRequest,
                "the request has \(keys.count) different keys; send one, in Authorization or X-API-Key",
                fields: [.wwwAuthenticate: "Bearer realm=\"fovea\", error=\"invalid_request\""])
        }
        key = keys.first
    }

    /// What follows the scheme `Bearer`, in any case, and the spaces after it; nil for another scheme.
    private static func bearerToken(_ value: String) -> String? {
        let space = UInt8(ascii: " ")
        let scheme = value.utf8.prefix { $0 != space }
        guard String(scheme)?.lowercased() == "bearer" else { return nil }
        return String(value.utf8.dropFirst(scheme.count).drop { $0 == space })
    }
}
