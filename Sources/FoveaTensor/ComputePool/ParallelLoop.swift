import CKernels
import Synchronization

/// One parallel loop while it runs: `0..<count` in parts, from which its participants claim pieces until none is left.
///
/// Each participant has a part of its own, the same from loop to loop, so that it finds in its core's cache what it
/// wrote there before; it takes the first half of it, then of the rest, from the front. Who has finished its own part
/// claims pieces of the others' from the back, so that a participant that is held up, or never came, holds up nobody.
///
/// A record is used again and again. It is a cache line; all of it is atomic, since any thread may look whether it can
/// join, but only `state` orders anything: the rest is set while the loop is closed and read by who has joined.
struct ParallelLoop: ~Copyable {
    private static let open = 1 << 32
    private static let ownerSleeps = 1 << 33
    private static let helpers = open - 1

    /// Whether it can be joined, whether the owner sleeps until all have left, and how many helpers there are.
    private let state = Atomic(0)
    private let code = Atomic<UnsafeMutableRawPointer?>(nil)
    private let captured = Atomic<UnsafeMutableRawPointer?>(nil)
    private let grain = Atomic(1)
    private let partCount = Atomic(0)
    private let parts: UnsafeMutablePointer<Part>
    private let padding = InlineArray<2, Int>(repeating: 0)

    init(mostParts: Int) {
        parts = allocateLines(mostParts)
        for i in 0..<mostParts { (parts + i).initialize(to: Part()) }
    }

    deinit { parts.deallocate() }

    /// Lets helpers join a loop over `0..<count` with at least two parts of at least `grain`.
    ///
    /// Returns the number of helpers that find a part of their own.
    func open(_ body: fovea_body, count: Int, grain: Int, mostParts: Int) -> Int {
        let partCount = min(mostParts, count / grain)
        code.store(body.code, ordering: .relaxed)
        captured.store(body.captured, ordering: .relaxed)
        self.grain.store(grain, ordering: .relaxed)
        self.partCount.store(partCount, ordering: .relaxed)
        for i in 0..<partCount { parts[i].set(count * i / partCount..<count * (i + 1) / partCount) }
        state.store(Self.open, ordering: .sequentiallyConsistent)
        return partCount - 1
    }

    /// Whether a helper may join and finds something; for who may have `mostParts` parts.
    func isJoinable(mostParts: Int) -> Bool {
        guard state.load(ordering: .sequentiallyConsistent) & Self.open != 0 else { return false }
        for i in 0..<mostParts where !parts[i].isEmpty { return true }
        return false
    }

    /// Becomes a helper; false if the loop is closed.
    func join() -> Bool {
        var seen = state.load(ordering: .relaxed)
        while seen & Self.open != 0 {
            let (isExchanged, original) = state.weakCompareExchange(
                expected: seen, desired: seen + 1, successOrdering: .acquiring, failureOrdering: .relaxed)
            if isExchanged { return true }
            seen = original
        }
        return false
    }

    /// Ends being a helper; true if the owner has to be woken.
    func leave() -> Bool {
        let left = state.wrappingSubtract(1, ordering: .releasing).newValue
        return left & Self.ownerSleeps != 0 && left & Self.helpers == 0
    }

    /// Lets nobody join any more.
    func close() { state.bitwiseAnd(~Self.open, ordering: .relaxed) }

    var hasHelpers: Bool { state.load(ordering: .acquiring) & Self.helpers != 0 }

    /// Asks the last helper to wake the owner.
    func announceSleep() { state.bitwiseOr(Self.ownerSleeps, ordering: .relaxed) }

    /// Claims and runs pieces until none is left, or until `shouldLeave` says so between two of them.
    ///
    /// - Parameter home: the part to begin with, which may not exist.
    func work(from home: Int, until shouldLeave: () -> Bool) {
        let body = fovea_body(code: code.load(ordering: .relaxed), captured: captured.load(ordering: .relaxed))
        let (grain, partCount) = (grain.load(ordering: .relaxed), partCount.load(ordering: .relaxed))
        for step in 0..<partCount {
            let part = (home + step) % partCount
            while let piece = parts[part].claim(part == home ? .front : .back, grain: grain) {
                fovea_call(body, piece.lowerBound, piece.upperBound)
                if shouldLeave() { return }
            }
        }
    }
}

/// What is left of a part of a loop: its bounds in one word, on a cache line of its own.
private struct Part: ~Copyable {
    enum End { case front, back }

    private let bounds = Atomic<UInt64>(0)
    private let padding = InlineArray<7, Int>(repeating: 0)

    var isEmpty: Bool { Self.unpack(bounds.load(ordering: .relaxed)).isEmpty }

    func set(_ range: Range<Int>) { bounds.store(Self.pack(range), ordering: .relaxed) }

    /// Claims half of what is left, but neither takes nor leaves less than `grain`; nil if nothing is left.
    func claim(_ end: End, grain: Int) -> Range<Int>? {
        var seen = bounds.load(ordering: .relaxed)
        while true {
            let left = Self.unpack(seen)
            if left.isEmpty { return nil }
            let half = max(grain, (left.count + 1) / 2)
            let length = left.count - half < grain ? left.count : half
            let (piece, rest) =
                switch end {
                case .front:
                    (left.lowerBound..<left.lowerBound + length, left.lowerBound + length..<left.upperBound)
                case .back:
                    (left.upperBound - length..<left.upperBound, left.lowerBound..<left.upperBound - length)
                }
            let (isExchanged, original) = bounds.weakCompareExchange(
                expected: seen, desired: Self.pack(rest), ordering: .relaxed)
            if isExchanged { return piece }
            seen = original
        }
    }

    private static func pack(_ range: Range<Int>) -> UInt64 {
        UInt64(truncatingIfNeeded: range.lowerBound) | UInt64(truncatingIfNeeded: range.upperBound) << 32
    }

    private static func unpack(_ bounds: UInt64) -> Range<Int> {
        Range(uncheckedBounds: (Int(bounds & 0xFFFF_FFFF), Int(bounds >> 32)))
    }
}
