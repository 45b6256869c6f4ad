import FoveaModels
import Synchronization

/// The embeddings of the photographs that were asked about last, in memory, within a budget of bytes; each is computed
/// once, however many ask for it at a time.
///
/// What was used least recently goes first: at first only what its prompts share, which is quickly made again.
public final class EmbeddingCache: Sendable {
    /// Embeddings differ by the model's weights and by the photograph's bytes.
    struct Key: Hashable, Sendable {
        let model: SHA256Digest
        let image: SHA256Digest
    }

    private struct Entry {
        let embedding: ImageEmbedding
        var lastUse: UInt64
    }

    /// A computation, and who waits for it.
    private struct Flight {
        var waiting: [ObjectIdentifier: Job<ImageEmbedding>] = [:]
        var task: Task<Void, Never>?
    }

    private struct State {
        var entries: [Key: Entry] = [:]
        var flights: [Key: Flight] = [:]
        var uses: UInt64 = 0
        var counts: [EmbeddingOrigin: Int] = [:]
    }

    /// The masks that a next click may refine.
    let masks = MaskShelf()
    private let budget: Int
    private let state = Mutex(State())

    /// - Parameter budget: bytes; an embedding takes 2 MiB, and 12 more while its photograph is asked about.
    public init(budget: Int = 512 << 20) { self.budget = budget }

    /// How often an embedding was asked for, by where it came from.
    public var requests: [EmbeddingOrigin: Int] { state.withLock(\.counts) }

    /// The memory that is in use.
    public var bytes: Int { state.withLock { Self.bytes(of: $0.entries) } }

    /// The embedding if it is there.
    func embedding(_ key: Key) -> ImageEmbedding? {
        state.withLock { state in
            guard let embedding = use(key, &state) else { return nil }
            state.counts[.memory, default: 0] += 1
            return embedding
        }
    }

    /// The embedding: the one that is kept, that of a computation under way, or what `compute` makes, which goes on as long
    /// as anybody waits.
    ///
    /// - Throws: `ServingError.deadlineExceeded`, `.cancelled`, or what `compute` throws.
    func embedding(
        _ key: Key, scheduler: Scheduler, until deadline: ContinuousClock.Instant,
        compute: @escaping @Sendable () async throws -> ImageEmbedding
    ) async throws -> (ImageEmbedding, EmbeddingOrigin) {
        if let embedding = embedding(key) { return (embedding, .memory) }
        let job = Job<ImageEmbedding>(onLeave: {})
        let origin = Mutex(EmbeddingOrigin.miss)
        defer { leave(job, key) }
        let embedding = try await scheduler.wait(for: job, until: deadline) {
            origin.withLock { $0 = board(job, key, compute) }
            return 0
        }
        return (embedding, origin.withLock { $0 })
    }

    /// Lets a job wait for the computation of `key`, which begins if there is none.
    private func board(
        _ job: Job<ImageEmbedding>, _ key: Key, _ compute: @escaping @Sendable () async throws -> ImageEmbedding
    ) -> EmbeddingOrigin {
        state.withLock { state in
            if let embedding = use(key, &state) {
                // It came between the first look and this one.
                state.counts[.memory, default: 0] += 1
                if job.begin() { job.finish(.success(embedding)) }
                return .memory
            }
            let origin: EmbeddingOrigin = state.flights[key] == nil ? .miss : .joined
            state.counts[origin, default: 0] += 1
            state.flights[key, default: Flight()].waiting[ObjectIdentifier(job)] = job
            if origin == .miss {
                state.flights[key]?.task = Task { [self] in
                    do { land(key, .success(try await compute())) } catch { land(key, .failure(error)) }
                }
            }
            return origin
        }
    }

    /// Ends the wait of a job, and the computation if it was the last that waited.
    private func leave(_ job: Job<ImageEmbedding>, _ key: Key) {
        let abandoned = state.withLock { state -> Task<Void, Never>? in
            guard state.flights[key]?.waiting.removeValue(forKey: ObjectIdentifier(job)) != nil,
                state.flights[key]?.waiting.isEmpty == true
            else { return nil }
            return state.flights.removeValue(forKey: key)?.task
        }
        abandoned?.cancel()
    }

    private func land(_ key: Key, _ result: Result<ImageEmbedding, any Error>) {
        let jobs = state.withLock { state -> [Job<ImageEmbedding>] in
            // A cancelled computation may end when another has begun.
            guard !Task.isCancelled else { return [] }
            if case .success(let embedding) = result {
                state.uses += 1
                state.entries[key] = Entry(embedding: embedding, lastUse: state.uses)
                makeRoom(&state)
            }
            return state.flights.removeValue(forKey: key).map { Array($0.waiting.values) } ?? []
        }
        for job in jobs where job.begin() { job.finish(result) }
    }

    private func use(_ key: Key, _ state: inout State) -> ImageEmbedding? {
        guard let embedding = state.entries[key]?.embedding else { return nil }
        state.uses += 1
        state.entries[key]?.lastUse = state.uses
        return embedding
    }

    /// Forgets what any model made of a photograph.
    public func forget(_ image: SHA256Digest) {
        state.withLock { state in state.entries = state.entries.filter { $0.key.image != image } }
        masks.forget(image)
    }

    /// Forgets what is over the budget.
    func trim() { state.withLock { makeRoom(&$0) } }

    private func makeRoom(_ state: inout State) {
        var bytes = Self.bytes(of: state.entries)
        guard bytes > budget else { return }
        let oldest = state.entries.sorted { $0.value.lastUse < $1.value.lastUse }
        for (_, entry) in oldest where bytes > budget && entry.embedding.isPrepared {
            entry.embedding.forgetPrepared()
            bytes -= ImageEmbedding.preparedBytes
        }
        for (key, _) in oldest where bytes > budget {
            state.entries[key] = nil
            bytes -= ImageEmbedding.bytes
        }
    }

    private static func bytes(of entries: [Key: Entry]) -> Int {
        entries.values.reduce(0) {
            $0 + ImageEmbedding.bytes + ($1.embedding.isPrepared ? ImageEmbedding.preparedBytes : 0)
        }
    }
}
