import Glibc
import Synchronization

/// Records what the operations on tensors compute and how long they take, while somebody asks for it.
///
/// Off, which it is unless `recording` runs, it costs an operation one relaxed load and allocates nothing. An operation
/// reports at its outermost level:
///
///     let start = OperationTrace.start()
///     defer { OperationTrace.finish(start, .mean(shape)) }
public enum OperationTrace {
    /// One operation that has ended.
    public struct Record: Sendable {
        public let operation: TracedOperation
        /// When it began, in nanoseconds of the monotonic clock.
        public let start: UInt64
        public let nanoseconds: UInt64
        fileprivate let thread: UInt
    }

    private static let isRecording = Atomic(false)
    private static let records = Mutex<[Record]>([])

    /// Calls `body` and returns the operations that ended meanwhile, on all threads, in the order of their beginning.
    ///
    /// The whole process records into one list: calls must not overlap, and whoever computes beside `body` is in it.
    public static func recording<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> (result: R, records: [Record]) {
        records.withLock { $0.removeAll() }
        isRecording.store(true, ordering: .relaxed)
        defer { isRecording.store(false, ordering: .relaxed) }
        let result = try body()
        let recorded = records.withLock { records in
            defer { records = [] }
            return records.sorted { $0.start < $1.start }
        }
        return (result, recorded)
    }

    /// The time at which an operation begins; 0 when nobody records.
    @inline(__always)
    static func start() -> UInt64 { isRecording.load(ordering: .relaxed) ? now() : 0 }

    /// Records the operation that began at `start`; what it is made of is evaluated only then.
    ///
    /// Operations that ran on this thread meanwhile were parts of it and don't count beside it.
    @inline(__always)
    static func finish(_ start: UInt64, _ operation: @autoclosure () -> TracedOperation) {
        if start != 0 { append(operation(), start) }
    }

    @inline(never)
    private static func append(_ operation: TracedOperation, _ start: UInt64) {
        let thread = UInt(pthread_self())
        let record = Record(operation: operation, start: start, nanoseconds: now() - start, thread: thread)
        records.withLock { records in
            records.removeAll { $0.thread == thread && $0.start >= start }
            records.append(record)
        }
    }

    private static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
