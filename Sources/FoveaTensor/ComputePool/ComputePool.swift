import Glibc

/// The threads that compute: one per core, shared by every request.
///
/// A request is a job; its layers are parallel loops. A worker without a job of its own joins the loops of a running
/// one. So a single request gets all cores, and when there are as many requests as cores each gets one, without any
/// setting. Workers sleep when there is nothing to do.
public final class ComputePool: Sendable {
    /// The number of threads.
    public let threads: Int
    private let queue: WorkQueue
    /// `pthread_t`, as integers; written once.
    private let handles: [UInt]

    /// Starts `threads` threads (at least one).
    public init(threads: Int) {
        configureOpenBLAS()
        self.threads = max(threads, 1)
        let queue = WorkQueue(workers: self.threads)
        self.queue = queue
        handles = (0..<self.threads).map { _ in startWorker(of: queue) }
    }

    deinit { queue.stop() }

    /// Runs `job` on one of the pool's threads, after the jobs submitted before it were started.
    ///
    /// Returns false, and doesn't run it, after `shutdown()`.
    @discardableResult
    public func submit(_ job: @escaping @Sendable () -> Void) -> Bool { queue.append(job) }

    /// Runs all jobs that were submitted, then ends the threads. Must not be called by a job.
    public func shutdown() {
        queue.stop()
        for handle in handles { pthread_join(pthread_t(handle), nil) }
    }

    /// Calls `body` once for each index in `0..<count`, in any order, perhaps on several threads at once; returns when
    /// all calls have.
    ///
    /// Inside a job idle workers join in; elsewhere the calls are made one after the other. May be nested.
    /// - Parameter grain: the fewest indices that are worth giving to another thread.
    public static func parallel(count: Int, grain: Int = 1, _ body: (Int) -> Void) {
        parallel(ranges: count, grain: grain) { range in
            for index in range { body(index) }
        }
    }

    /// As `parallel(count:grain:_:)`, but calls `body` with ranges that together are `0..<count`.
    public static func parallel(ranges count: Int, grain: Int = 1, _ body: (Range<Int>) -> Void) {
        guard count > 0 else { return }
        guard let queue = WorkQueue.current, queue.workers > 1, count > grain else { return body(0..<count) }
        // Twice as many pieces as workers: one who comes late or is held up leaves some to the others.
        let pieces = queue.workers * 2
        let piece = max(grain, (count + pieces - 1) / pieces)
        withoutActuallyEscaping(body) { body in
            withUnsafePointer(to: body) { body in
                queue.run(ParallelLoop(count: count, piece: piece, body: body))
            }
        }
    }
}

/// Starts a thread that works for `queue` until it is stopped and empty.
private func startWorker(of queue: WorkQueue) -> UInt {
    var handle = pthread_t()
    let code = pthread_create(
        &handle, nil,
        { argument in
            guard let argument else { return nil }
            Unmanaged<WorkQueue>.fromOpaque(argument).takeRetainedValue().work()
            return nil
        }, Unmanaged.passRetained(queue).toOpaque())
    precondition(code == 0, "the system refuses a thread: \(String(cString: strerror(code)))")
    return UInt(handle)
}
