import Dispatch

/// Runs work that takes more than a moment, such as hashing or parsing a large body, off Swift's cooperative threads.
public func inBackground<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global(qos: .userInitiated).async { continuation.resume(with: Result { try work() }) }
    }
}
