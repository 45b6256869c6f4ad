import FoveaModels
import FoveaServing
import Synchronization

/// The jobs that encode photographs ahead of time: one photograph at a time, in order, when nobody waits for anything
/// else.
final class PrewarmJobs: Sendable {
    /// The most photographs of one job, and the most jobs that wait.
    static let mostPictures = 1000
    static let mostWaiting = 100
    /// How many jobs that are over are remembered.
    private static let mostRemembered = 100

    private struct Entry {
        var job: PrewarmJob
        var watchers: [Int: AsyncStream<PrewarmJob>.Continuation] = [:]
        /// The photograph that is being encoded.
        var current: Task<EmbeddingOrigin, any Error>?
    }

    private struct State {
        var entries: [String: Entry] = [:]
        /// In the order in which they came; over, running or waiting.
        var order: [String] = []
        var lastWatcher = 0
        var isWorking = false
        var isStopped = false
    }

    private let registry: ModelRegistry
    private let images: ImageLibrary
    private let state = Mutex(State())

    init(registry: ModelRegistry, images: ImageLibrary) { (self.registry, self.images) = (registry, images) }

    /// Lets a job wait for its turn.
    ///
    /// - Throws: `APIError` when too many wait.
    func submit(_ pictures: [PrewarmJob.Picture], model: String?, isExact: Bool) throws(APIError) -> PrewarmJob {
        let job = PrewarmJob(id: RequestID.make(offered: nil), model: model, isExact: isExact, pictures: pictures)
        let answer: Result<Bool, APIError> = state.withLock { state in
            guard !state.isStopped else { return .failure(APIError(.draining, "the server is stopping")) }
            let waiting = state.entries.values.count { $0.job.state == .waiting }
            guard waiting < Self.mostWaiting else {
                return .failure(
                    APIError(
                        .queueFull, "\(waiting) jobs wait already; \(Self.mostWaiting) are allowed",
                        numbers: ["limit": Self.mostWaiting], retryAfter: 60))
            }
            state.entries[job.id] = Entry(job: job)
            state.order.append(job.id)
            Self.forgetOldest(&state)
            defer { state.isWorking = true }
            return .success(!state.isWorking)
        }
        if try answer.get() { Task { await work() } }
        return job
    }

    func job(_ id: String) throws(APIError) -> PrewarmJob {
        guard let job = state.withLock({ $0.entries[id]?.job }) else { throw Self.notFound(id) }
        return job
    }

    /// The job as it is, and again after each of its steps until it is over.
    func updates(of id: String) throws(APIError) -> AsyncStream<PrewarmJob> {
        let (stream, continuation) = AsyncStream.makeStream(of: PrewarmJob.self, bufferingPolicy: .bufferingNewest(1))
        let isThere = state.withLock { state in
            guard let job = state.entries[id]?.job else { return false }
            continuation.yield(job)
            guard !job.isOver else {
                continuation.finish()
                return true
            }
            state.lastWatcher += 1
            let watcher = state.lastWatcher
            state.entries[id]?.watchers[watcher] = continuation
            continuation.onTermination = { [weak self] _ in
                self?.state.withLock { _ = $0.entries[id]?.watchers.removeValue(forKey: watcher) }
            }
            return true
        }
        guard isThere else { throw Self.notFound(id) }
        return stream
    }

    /// Encodes no more of the job's photographs; what is encoded stays.
    func cancel(_ id: String) throws(APIError) {
        guard change(id, { if !$0.isOver { $0.state = .cancelled } }) else { throw Self.notFound(id) }
        state.withLock { $0.entries[id]?.current }?.cancel()
    }

    /// Cancels all jobs and takes no more.
    func stop() {
        let unfinished = state.withLock { state in
            state.isStopped = true
            return state.entries.values.filter { !$0.job.isOver }.map(\.job.id)
        }
        for id in unfinished { try? cancel(id) }
    }

    private static func notFound(_ id: String) -> APIError {
        APIError(.notFound, "there is no job \"\(id.prefix(64))\" any more; the last \(mostRemembered) are remembered")
    }

    // MARK: The work

    private func work() async {
        while let job = next() {
            for (index, picture) in job.pictures.enumerated() where picture.state == .waiting {
                guard !isOver(job.id) else { break }
                change(job.id) { $0.pictures[index].state = .running }
                let result = await encode(picture, of: job)
                change(job.id) { $0.pictures[index].state = result }
            }
            change(job.id) { if !$0.isOver { $0.state = .done } }
        }
    }

    /// The oldest job that waits; it runs from now on. With nil the work is over.
    private func next() -> PrewarmJob? {
        let id = state.withLock { state in
            let id = state.order.first { state.entries[$0]?.job.state == .waiting }
            if id == nil { state.isWorking = false }
            return id
        }
        guard let id else { return nil }
        change(id) { if $0.state == .waiting { $0.state = .running } }
        return try? job(id)
    }

    private func isOver(_ id: String) -> Bool { state.withLock { $0.entries[id]?.job.isOver ?? true } }

    private func encode(_ picture: PrewarmJob.Picture, of job: PrewarmJob) async -> PrewarmJob.Picture.State {
        let source = ImageSource.stored(sha256: picture.sha256.description)
        let task = Task { [registry, images] in
            try await registry.model(named: job.model, for: .segment)
                .prewarm(picture.sha256, isExact: job.isExact) { try await images.bytes(of: source) }
        }
        state.withLock { $0.entries[job.id]?.current = task }
        // A cancellation between the last look and this one found no task.
        if isOver(job.id) { task.cancel() }
        defer { state.withLock { $0.entries[job.id]?.current = nil } }
        do { return .done(try await task.value) } catch {
            return isOver(job.id) ? .waiting : .failed(APIError(describing: error))
        }
    }

    /// Changes a job and tells who watches it; false if there is none.
    @discardableResult
    private func change(_ id: String, _ change: (inout PrewarmJob) -> Void) -> Bool {
        let changed = state.withLock { state -> Entry? in
            guard var entry = state.entries.removeValue(forKey: id) else { return nil }
            change(&entry.job)
            state.entries[id] = entry
            if entry.job.isOver { state.entries[id]?.watchers = [:] }
            return entry
        }
        guard let changed else { return false }
        // Not under the lock, which the end of a watch takes.
        for watcher in changed.watchers.values {
            watcher.yield(changed.job)
            if changed.job.isOver { watcher.finish() }
        }
        return true
    }

    private static func forgetOldest(_ state: inout State) {
        let over = state.order.filter { state.entries[$0]?.job.isOver ?? true }
        for id in over.dropLast(mostRemembered) {
            state.entries[id] = nil
            state.order.removeAll { $0 == id }
        }
    }
}
