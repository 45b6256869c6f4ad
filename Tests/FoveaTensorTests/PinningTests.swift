import Synchronization
import Testing

@testable import FoveaTensor

@Suite struct PinningTests {
    /// The cores that a thread may run on, as the system lists them.
    private static var coresOfThisThread: String? { threadStatus("Cpus_allowed_list") }

    private let all = coresOfThisThread

    /// The cores of each thread of a pool, as it is and freed for a while.
    private func cores(threads: Int, isPinned: Bool) -> (kept: [String?], freed: [String?]) {
        let result = Mutex<(kept: [String?], freed: [String?])>(([], []))
        onThreads(threads, isPinned: isPinned) {
            let arrived = Atomic(0)
            ComputePool.parallel(count: threads) { _ in
                arrived.add(1, ordering: .relaxed)
                while arrived.load(ordering: .relaxed) < threads {}
                let kept = Self.coresOfThisThread
                let freed = ComputePool.withoutPinning { Self.coresOfThisThread }
                result.withLock {
                    $0.kept.append(kept)
                    $0.freed.append(freed)
                }
            }
        }
        return result.withLock { $0 }
    }

    @Test(
        "Pinned threads have a core each, and all of them while they are freed",
        .enabled(if: ComputePool.canPin(ComputePool.allowedThreads)))
    func pinned() {
        let threads = ComputePool.allowedThreads
        let (kept, freed) = cores(threads: threads, isPinned: true)
        #expect(Set(kept).count == threads)
        // One number, not a list or a range of them.
        #expect(kept.compactMap { Int($0 ?? "") }.count == threads)
        #expect(freed == Array(repeating: all, count: threads))
    }

    @Test("Nobody is pinned unless asked, nor where there isn't a core for each thread")
    func free() {
        #expect(cores(threads: 2, isPinned: false).kept == [all, all])
        let threads = ComputePool.allowedThreads + 1
        #expect(cores(threads: threads, isPinned: true).kept == Array(repeating: all, count: threads))
    }
}
