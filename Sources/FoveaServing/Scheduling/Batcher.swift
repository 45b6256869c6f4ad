import FoveaTensor
import Synchronization

/// Runs the network on several requests' images at once.
///
/// An image waits for a core as any job does; the core that gets to it takes others that wait along, as many as may be in
/// a batch. So batches grow with the load and cost an idle machine nothing, unless a delay is asked for.
final class Batcher: Sendable {
    /// What the network said of one image.
    struct Row: Sendable {
        /// `[1, classes]`.
        let logits: Tensor
        let inference: Duration
        /// From when the image was ready until the network ran.
        let waited: Duration
        /// Images in the batch.
        let images: Int
    }

    private struct Item {
        let pixels: PixelBatch
        let job: Job<Row>
        /// Asks for a core, unless others take the image along before.
        var timer: DeadlineTimer?
    }

    private let settings: Batching
    private let scheduler: Scheduler
    private let network: @Sendable (PixelBatch) throws -> Tensor
    private let waiting = Mutex<[Item]>([])

    /// - Parameter network: the logits `[N, classes]` of N images.
    init(_ settings: Batching, scheduler: Scheduler, network: @escaping @Sendable (PixelBatch) throws -> Tensor) {
        (self.settings, self.scheduler, self.network) = (settings, scheduler, network)
    }

    /// How many images wait for a core or for others.
    var pending: Int { waiting.withLock(\.count) }

    /// What the network says of one image, alone or with others.
    ///
    /// - Parameter onLeave: called once, when the image stops waiting.
    func run(
        _ pixels: PixelBatch, cost: Duration, priority: JobTerms.Priority, until deadline: ContinuousClock.Instant,
        onLeave: @escaping @Sendable () -> Void
    ) async throws -> Row {
        let job = Job<Row>(onLeave: onLeave)
        let entry = Scheduler.Entry(priority: priority, cost: cost) { [self] in runBatch() }
        defer { waiting.withLock { $0.removeAll { $0.job === job } } }
        return try await scheduler.wait(for: job, until: deadline) {
            let isDelayed = waiting.withLock { waiting in
                var item = Item(pixels: pixels, job: job)
                let isDelayed = waiting.count + 1 < settings.maxSize && settings.maxDelay > .zero
                if isDelayed {
                    item.timer = DeadlineTimer(after: settings.maxDelay) { [scheduler] in
                        if scheduler.submit(entry) == nil { job.abandon(.cancelled) }
                    }
                }
                waiting.append(item)
                return isDelayed
            }
            // One ticket an image, so that none is left behind; those of images that went with others find nothing.
            return isDelayed ? 0 : scheduler.submit(entry)
        }
    }

    /// Runs the network on the oldest images that wait.
    private func runBatch() {
        let items = waiting.withLock { waiting in
            var items: [Item] = []
            while items.count < settings.maxSize, !waiting.isEmpty {
                let item = waiting.removeFirst()
                if item.job.begin() { items.append(item) }
            }
            return items
        }
        guard !items.isEmpty else { return }
        let waits = items.map(\.job.age)
        let start = ContinuousClock.now
        do {
            let logits = try network(items.count == 1 ? items[0].pixels : .stacked(items.map(\.pixels)))
            let inference = ContinuousClock.now - start
            for (index, item) in items.enumerated() {
                let row = Row(
                    logits: logits.sliced(0, index..<index + 1), inference: inference, waited: waits[index],
                    images: items.count)
                item.job.finish(.success(row))
            }
        } catch {
            for item in items { item.job.finish(.failure(error)) }
        }
    }
}

/// How many requests' images may be in one run of the network.
public struct Batching: Sendable, Equatable {
    public var maxSize: Int
    /// How long the first image of a batch waits for others before it asks for a core.
    public var maxDelay: Duration

    public init(maxSize: Int, maxDelay: Duration = .zero) { (self.maxSize, self.maxDelay) = (maxSize, maxDelay) }
}
