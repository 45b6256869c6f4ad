import CKernels
import Synchronization

/// What stops a job's work when nobody waits for it any more: between two layers of a network, since inside one there
/// is nothing to gain.
public final class Cancellation: Sendable {
    private let flag = Atomic(false)
    private let atCheck: (@Sendable () -> Void)?

    /// - Parameter atCheck: called between two layers of work that goes on, on the job's thread: the moment to do something
    ///   more urgent.
    public init(atCheck: (@Sendable () -> Void)? = nil) { self.atCheck = atCheck }

    public var isCancelled: Bool { flag.load(ordering: .relaxed) }

    /// Lets the next `check()` of the job throw.
    public func cancel() { flag.store(true, ordering: .relaxed) }

    /// Runs `work` on this thread, whose checks are those of this cancellation meanwhile.
    public func watching<R, E: Error>(_ work: () throws(E) -> R) throws(E) -> R {
        let outer = fovea_current_cancellation()
        fovea_set_current_cancellation(Unmanaged.passUnretained(self).toOpaque())
        defer { fovea_set_current_cancellation(outer) }
        return try work()
    }

    /// Throws if the work that this thread does was cancelled; never outside of `watching`.
    public static func check() throws(Cancelled) {
        guard let current = fovea_current_cancellation() else { return }
        // Whoever set it keeps it alive until it is set back.
        let isCancelled = Unmanaged<Cancellation>.fromOpaque(current)._withUnsafeGuaranteedRef { cancellation in
            if cancellation.isCancelled { return true }
            guard let atCheck = cancellation.atCheck else { return false }
            atCheck()
            return cancellation.isCancelled
        }
        if isCancelled { throw Cancelled() }
    }
}

/// Nobody waits for the result any more.
public struct Cancelled: Error, Equatable { public init() {} }
