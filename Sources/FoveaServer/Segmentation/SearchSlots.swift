import Synchronization

/// How many searches for everything go on, each of which takes a core for seconds to minutes and keeps its masks until it
/// is over.
final class SearchSlots: Sendable {
    private let limit: Int
    private let taken = Mutex(0)

    init(limit: Int) { self.limit = limit }

    /// Does `search` unless too many go on already.
    ///
    /// - Throws: `APIError`, or what `search` throws.
    func use<R>(_ search: () async throws -> R) async throws -> R {
        let isTaken = taken.withLock { taken in
            guard taken < limit else { return false }
            taken += 1
            return true
        }
        guard isTaken else {
            throw APIError(
                .queueFull, "\(limit) searches for everything go on already; try again later, or give a prompt",
                numbers: ["limit": limit], retryAfter: 10)
        }
        defer { taken.withLock { $0 -= 1 } }
        return try await search()
    }
}
