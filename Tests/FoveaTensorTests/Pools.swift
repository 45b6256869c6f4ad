import FoveaTensor
import Foundation
import Synchronization

/// Runs `body` as the only job of a pool of `threads` threads and waits for it.
func onThreads(_ threads: Int, isPinned: Bool = false, _ body: @escaping @Sendable () -> Void) {
    let pool = ComputePool(threads: threads, isPinned: isPinned)
    pool.submit(body)
    pool.shutdown()
}

/// Runs `body` once on each thread of a pool of two whose only job calls this.
func bothWorkers(_ body: @Sendable () -> Void) {
    let arrived = Atomic(0)
    ComputePool.parallel(count: 2) { _ in
        arrived.add(1, ordering: .relaxed)
        // Neither index can end before both have begun.
        while arrived.load(ordering: .relaxed) < 2 {}
        body()
    }
}

/// The memory of this process that is backed, from `/proc`.
func residentBytes() -> Int {
    let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ") ?? []
    return pages.count > 1 ? (Int(pages[1]) ?? 0) * 4096 : 0
}

/// What the system says about this thread, for example its `Name`.
func threadStatus(_ field: String) -> String? {
    let status = (try? String(contentsOfFile: "/proc/thread-self/status", encoding: .utf8)) ?? ""
    return status.split(separator: "\n").first { $0.hasPrefix(field + ":") }?
        .split(separator: ":").last?.trimmingCharacters(in: .whitespaces)
}
