import CKernels
import Glibc
import Synchronization

/// The threads that compute: one per core, shared by every request.
///
/// A request is a job; its layers are parallel loops. A worker without a job of its own joins the loops of a running
/// one. So a single request gets all cores, and when there are as many requests as cores each gets one, without any
/// setting. Workers sleep when there is nothing to do.
public final class ComputePool: Sendable {
    /// The number of threads.
    public let threads: Int
    private let queue: WorkQueue
    /// `pthread_t`, as integers, of the threads that nobody has waited for.
    private let handles: Mutex<[UInt]>

    /// Starts `threads` threads (at least one).
    ///
    /// - Parameter isPinned: whether each thread stays on a core of its own, where there is one for each thread and
    ///   nothing limits how long they may run; otherwise the system places them.
    public init(threads: Int, isPinned: Bool = false) {
        configureOpenBLAS()
        let count = max(threads, 1)
        self.threads = count
        let queue = WorkQueue(workers: count)
        self.queue = queue
        let isPinned = isPinned && Self.canPin(count)
        handles = Mutex((0..<count).map { Thread(queue: queue, index: $0, isPinned: isPinned).start() })
    }

    deinit {
        queue.stop()
        for handle in takeHandles() { pthread_detach(pthread_t(handle)) }
    }

    /// Runs `job` on one of the pool's threads, after the jobs submitted before it were started.
    ///
    /// Returns false, and doesn't run it, after `shutdown()`.
    @discardableResult
    public func submit(_ job: @escaping @Sendable () -> Void) -> Bool { queue.append(job) }

    /// Runs all jobs that were submitted, then ends the threads. Must not be called by a job.
    public func shutdown() {
        queue.stop()
        for handle in takeHandles() { pthread_join(pthread_t(handle), nil) }
    }

    private func takeHandles() -> [UInt] {
        handles.withLock { handles in
            defer { handles = [] }
            return handles
        }
    }
}
