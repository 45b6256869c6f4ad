import Dispatch

extension RequestLog {
    /// Ids looked at in one snapshot, so that a rare match doesn't hold one for long.
    private static let window: Int64 = 20_000

    /// The requests that match, newest first, including all that were appended before. Blocks.
    public func requests(_ filter: RequestFilter = RequestFilter()) throws -> [RequestRecord] {
        flush()
        let limit = min(max(filter.limit, 1), RequestFilter.maxLimit)
        guard let rows = try file.read({ try RequestTable.rows(of: filter, in: $0) }) else { return [] }
        var found: [RequestRecord] = []
        var last = rows.upperBound
        while found.count < limit, last >= rows.lowerBound {
            let first = last - rows.lowerBound < Self.window ? rows.lowerBound : last - Self.window + 1
            found += try file.read { db in
                try RequestTable.matches(filter, in: first...last, limit: limit - found.count, of: db)
            }
            guard first > rows.lowerBound else { break }
            last = first - 1
        }
        return found
    }

    /// As the blocking function of this name, away from the cooperative pool.
    public func requests(_ filter: RequestFilter = RequestFilter()) async throws -> [RequestRecord] {
        try await file.reading { try self.requests(filter) }
    }

    /// The newest request of this identifier, nil if there is none. Blocks.
    public func request(withID requestID: String) throws -> RequestRecord? {
        flush()
        return try file.read { try RequestTable.newest(requestID: requestID, in: $0) }
    }

    /// As the blocking function of this name, away from the cooperative pool.
    public func request(withID requestID: String) async throws -> RequestRecord? {
        try await file.reading { try self.request(withID: requestID) }
    }

    /// As the blocking function of this name, away from the cooperative pool.
    public func flush() async {
        await withCheckedContinuation { continuation in
            file.queue.async {
                self.drain()
                continuation.resume()
            }
        }
    }
}
