import Synchronization

/// One parallel loop while it runs: pieces of `0..<count` that its participants claim until none is left.
///
/// `@unchecked Sendable`: `body` is what `ComputePool.parallel` was called with. It is not `@Sendable` (loops write to
/// disjoint parts of one buffer), and it lives as long as that call, which waits for all helpers.
final class ParallelLoop: @unchecked Sendable {
    private let count: Int
    private let piece: Int
    private let body: UnsafePointer<(Range<Int>) -> Void>
    private let next = Atomic(0)
    /// The workers that have joined and not left; raised only under the queue's lock, while the loop is listed.
    let helpers = Atomic(0)

    init(count: Int, piece: Int, body: UnsafePointer<(Range<Int>) -> Void>) {
        (self.count, self.piece, self.body) = (count, piece, body)
    }

    /// Whether all pieces are claimed.
    var isExhausted: Bool { next.load(ordering: .relaxed) >= count }

    /// The pieces that nobody has claimed yet.
    var piecesLeft: Int { max(0, count - next.load(ordering: .relaxed) + piece - 1) / piece }

    /// Claims and runs pieces until none is left, or until `shouldLeave` says so between two of them.
    func work(until shouldLeave: () -> Bool) {
        repeat {
            let first = next.wrappingAdd(piece, ordering: .relaxed).oldValue
            guard first < count else { return }
            run(first..<min(first + piece, count))
        } while !shouldLeave()
    }

    /// Never inlined: what calling the closure retains is released when this returns, before the helper leaves.
    @inline(never)
    private func run(_ range: Range<Int>) { body.pointee(range) }
}
