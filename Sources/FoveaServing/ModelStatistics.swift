import Glibc
import Synchronization

/// What a model has answered since it was loaded, as the statistics extension of the Open Inference Protocol counts it:
/// https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_statistics.md.
public final class ModelStatistics: Sendable {
    /// How many, and how long they took together.
    public struct Tally: Sendable, Equatable {
        public var count = 0
        public var duration = Duration.zero

        public init() {}

        mutating func add(_ duration: Duration, count: Int = 1) {
            self.count += count
            self.duration += duration
        }
    }

    /// The stages of a request that was answered.
    public struct Stages: Sendable, Equatable {
        /// Waiting for a place on the compute pool.
        public var queue = Tally()
        /// Decoding and resizing.
        public var input = Tally()
        /// The network.
        public var infer = Tally()
        /// Making labels of scores.
        public var output = Tally()

        public init() {}

        mutating func add(_ timings: StageTimings, output: Duration) {
            queue.add(timings.queue)
            input.add(timings.decode)
            infer.add(timings.inference)
            self.output.add(output)
        }
    }

    /// Why a request was not answered.
    public enum Failure: Sendable, CaseIterable {
        /// For lack of room or time.
        case rejected
        /// The client left.
        case cancelled
        /// What it sent could not be used, or something else.
        case other
    }

    public struct Values: Sendable, Equatable {
        /// Images that were answered; each of a batch counts.
        public var inferences = 0
        /// Runs of the network; a batch is one.
        public var executions = 0
        /// When the last answer was made, in Unix seconds.
        public var lastInference: Double?
        /// Requests that were answered, from admission to answer.
        public var success = Tally()
        /// Requests that were not, by reason.
        public var failures: [Failure: Tally] = [:]
        public var stages = Stages()
        /// Runs of the network by the number of images in them.
        public var batches: [Int: Stages] = [:]

        /// Requests that were not answered.
        public var fail: Tally {
            failures.values.reduce(into: Tally()) { $0.add($1.duration, count: $1.count) }
        }
    }

    private let values = Mutex(Values())

    public var snapshot: Values { values.withLock { $0 } }

    /// Counts one run of the network on `images` images.
    func ran(images: Int, _ timings: StageTimings, output: Duration) {
        values.withLock { values in
            values.inferences += images
            values.executions += 1
            values.stages.add(timings, output: output)
            values.batches[images, default: Stages()].add(timings, output: output)
        }
    }

    /// Counts a request that was answered after `duration`.
    func succeeded(after duration: Duration) {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        values.withLock { values in
            values.success.add(duration)
            values.lastInference = Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
        }
    }

    /// Counts a request that failed after `duration`.
    func failed(_ error: any Error, after duration: Duration) {
        let failure: Failure =
            switch error {
            case ServingError.queueFull, ServingError.queueTooLong, ServingError.deadlineUnreachable,
                ServingError.deadlineExceeded:
                .rejected
            case ServingError.cancelled, is CancellationError: .cancelled
            default: .other
            }
        values.withLock { $0.failures[failure, default: Tally()].add(duration) }
    }
}
