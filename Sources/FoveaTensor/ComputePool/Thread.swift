import CKernels
import Glibc

/// A thread of a compute pool, before it starts.
struct Thread {
    let queue: WorkQueue
    let index: Int
    let isPinned: Bool

    /// Starts it; it works until the queue is stopped and empty. Returns its `pthread_t` as an integer.
    func start() -> UInt {
        var handle = pthread_t()
        let code = pthread_create(
            &handle, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().thread.work()
                return nil
            }, Unmanaged.passRetained(Start(self)).toOpaque())
        precondition(code == 0, "the system refuses a thread: \(String(cString: strerror(code)))")
        return UInt(handle)
    }

    private func work() {
        fovea_name_thread(index)
        if isPinned { fovea_pin_thread(index) }
        // A timer that rings, or an answer to be sent, is not to wait for a core behind this.
        fovea_take_long_turns()
        fovea_flush_denormals()
        fovea_set_current_worker(queue.crew + index)
        queue.work(as: queue.crew + index)
        fovea_set_current_worker(nil)
    }

    /// What a thread is started with.
    private final class Start {
        let thread: Thread
        init(_ thread: Thread) { self.thread = thread }
    }
}

extension ComputePool {
    /// Whether `threads` threads can each have a core: not where they are more than the cores, or where a quota would
    /// stop them while another core is free; and fewer would keep off cores that are idle.
    static func canPin(_ threads: Int) -> Bool {
        threads == fovea_affinity_cores() && threads == allowedThreads
    }

    /// Runs `body` free to use all cores of the process, though this thread is pinned.
    ///
    /// For what may start threads, which inherit the cores of the thread that starts them: resuming a task, say.
    public static func withoutPinning<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
        let isUnpinned = fovea_unpin_thread()
        defer { if isUnpinned { fovea_pin_thread_again() } }
        return try body()
    }
}
