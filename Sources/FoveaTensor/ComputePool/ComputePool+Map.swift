import Synchronization

extension ComputePool {
    /// What `body` makes of each index in `0..<count`, in order; idle workers take some of the indices, as in `parallel`.
    ///
    /// - Throws: the first error that a call throws; calls that had not begun by then are not made.
    public static func map<R: Sendable>(count: Int, _ body: (Int) throws -> R) throws -> [R] {
        let results = Mutex([R?](repeating: nil, count: max(count, 0)))
        let failure = Mutex<(any Error)?>(nil)
        parallel(count: count) { index in
            guard failure.withLock({ $0 == nil }) else { return }
            do {
                let result = try body(index)
                results.withLock { $0[index] = result }
            } catch { failure.withLock { $0 = $0 ?? error } }
        }
        if let error = failure.withLock({ $0 }) { throw error }
        return results.withLock { $0.compactMap(\.self) }
    }
}
