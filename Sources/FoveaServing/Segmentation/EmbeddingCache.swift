import FoveaModels
public import FoveaStore
import Synchronization

/// The embeddings of the photographs that were asked about last, in memory, within a budget of bytes, and on disk; each
/// is computed once, however many ask for it at a time.
///
/// What was used least recently goes first: at first only what its prompts share, which is quickly made again.
public final class EmbeddingCache: Sendable {
    struct Key: Hashable, Sendable {
        /// Stands for all that an embedding depends on beside the photograph's bytes.
        let encoder: SHA256Digest
        let image: SHA256Digest
    }

    private struct Entry {
        let embedding: ImageEmbedding
        var lastUse: UInt64
    }

    /// A computation or a file that is read, and who waits for it.
    private struct Flight {
        let origin: EmbeddingOrigin
        let urgency: Urgency
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
    private let files: EmbeddingFiles?
    private let state = Mutex(State())

    /// - Parameters:
    ///   - budget: bytes; an embedding of Segment Anything takes 2 MiB, and 12 more while its photograph is asked about.
    ///   - files: where embeddings outlive this cache.
    public init(budget: Int = 512 << 20, files: EmbeddingFiles? = nil) {
        (self.budget, self.files) = (budget, files)
    }

    /// How often an embedding was asked for, by where it came from.
    public var requests: [EmbeddingOrigin: Int] { state.withLock(\.counts) }

    /// The memory that is in use.
    public var bytes: Int { state.withLock { Self.bytes(of: $0.entries) } }

    /// The space on disk that is in use.
    public var bytesOnDisk: Int { files?.totalBytes ?? 0 }

    /// The embedding if it is there.
    func embedding(_ key: Key) -> ImageEmbedding? {
        state.withLock { state in
            guard let embedding = use(key, &state) else { return nil }
            state.counts[.memory, default: 0] += 1
            return embedding
        }
    }

    /// The embedding: the one that is kept, that of a computation under way, or what `compute` makes, which goes on as long
    /// as anybody waits, as urgent as the most urgent who does.
    ///
    /// - Throws: `ServingError.deadlineExceeded`, `.cancelled`, or what `compute` throws.
    ///
    /// - Parameter geometry: of the segmenter.
    func embedding(
        _ key: Key, _ geometry: SegmenterGeometry, scheduler: Scheduler, priority: JobTerms.Priority = .normal,
        until deadline: ContinuousClock.Instant,
        compute: @escaping @Sendable (Urgency) async throws -> ImageEmbedding
    ) async throws -> (ImageEmbedding, EmbeddingOrigin) {
        if let embedding = embedding(key) { return (embedding, .memory) }
        let job = Job<ImageEmbedding>(onLeave: {})
        let origin = Mutex(EmbeddingOrigin.miss)
        defer { leave(job, key) }
        let embedding = try await scheduler.wait(for: job, until: deadline) {
            origin.withLock { $0 = board(job, key, geometry, priority, compute) }
            return 0
        }
        return (embedding, origin.withLock { $0 })
    }

    /// Lets a job wait for the embedding of `key`, which is fetched or computed for the first.
    private func board(
        _ job: Job<ImageEmbedding>, _ key: Key, _ geometry: SegmenterGeometry, _ priority: JobTerms.Priority,
        _ compute: @escaping @Sendable (Urgency) async throws -> ImageEmbedding
    ) -> EmbeddingOrigin {
        state.withLock { state in
            if let embedding = use(key, &state) {
                // It came between the first look and this one.
                state.counts[.memory, default: 0] += 1
                if job.begin() { job.finish(.success(embedding)) }
                return .memory
            }
            let flight = state.flights[key]
            let isOnDisk = key.fileName.map { files?.contains($0) == true } == true
            let origin = flight.map { $0.origin == .miss ? .joined : $0.origin } ?? (isOnDisk ? .disk : .miss)
            state.counts[origin, default: 0] += 1
            let urgency = flight?.urgency ?? Urgency(priority)
            urgency.raise(to: priority)
            state.flights[key, default: Flight(origin: origin, urgency: urgency)].waiting[ObjectIdentifier(job)] = job
            if flight == nil {
                state.flights[key]?.task = Task { [self] in
                    do {
                        land(key, .success(try await fetch(key, geometry) { try await compute(urgency) }))
                    } catch { land(key, .failure(error)) }
                }
            }
            return origin
        }
    }

    private func fetch(
        _ key: Key, _ geometry: SegmenterGeometry, or compute: @Sendable () async throws -> ImageEmbedding
    ) async throws -> ImageEmbedding {
        if let kept = await fetched(key, geometry) { return kept }
        let made = try await compute()
        if let name = key.fileName { files?.write(name) { made.fileBytes } }
        return made
    }

    /// What is on disk, unless it is damaged.
    private func fetched(_ key: Key, _ geometry: SegmenterGeometry) async -> ImageEmbedding? {
        guard let files, let name = key.fileName else { return nil }
        return try? await inBackground { files.read(name).flatMap { ImageEmbedding(fileBytes: $0, geometry) } }
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
        files?.remove(image: image.description)
    }

    /// Forgets what is over the budget.
    func trim() { state.withLock { makeRoom(&$0) } }

    private func makeRoom(_ state: inout State) {
        var bytes = Self.bytes(of: state.entries)
        guard bytes > budget else { return }
        let oldest = state.entries.sorted { $0.value.lastUse < $1.value.lastUse }
        for (_, entry) in oldest where bytes > budget {
            bytes -= entry.embedding.preparedBytes
            entry.embedding.forgetPrepared()
        }
        for (key, entry) in oldest where bytes > budget {
            state.entries[key] = nil
            bytes -= entry.embedding.bytes
        }
    }

    private static func bytes(of entries: [Key: Entry]) -> Int {
        entries.values.reduce(0) { $0 + $1.embedding.bytes + $1.embedding.preparedBytes }
    }
}

extension EmbeddingCache.Key {
    fileprivate var fileName: EmbeddingName? {
        try? EmbeddingName(encoder: encoder.description, image: image.description)
    }
}
