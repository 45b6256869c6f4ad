import Dispatch
public import Logging
import Synchronization

/// The models of one repository as they serve: each version loading, ready, unloaded or failed, with its reason.
///
/// What changes them runs on one queue, one change after the other; who asks only takes a lock. A version that is
/// replaced answers until the new one has answered its warm-up; then one assignment switches, and the old one's memory
/// goes when its last request has its answer.
public final class ModelRegistry: Sendable {
    struct State {
        /// By name, the versions of each model with the highest first.
        var slots: [ModelSlot] = []
        /// The repository as it was read last, and as it looked when it was looked at last.
        var applied: FolderStamp?
        var seen: FolderStamp?
    }

    let repository: ModelRepository
    let defaultModel: DefaultModel
    let scheduler: Scheduler
    let settings: RegistrySettings
    /// What segmenters made of photographs; it outlives them.
    public let embeddings: EmbeddingCache
    let logger: Logger
    let state = Mutex(State())
    /// Where models are loaded and unloaded.
    let queue = DispatchQueue(label: "fovea.models", qos: .userInitiated)
    let isStopped = Atomic(false)
    private let timers = Mutex<[any DispatchSourceTimer]>([])

    /// Reads the repository's cards; loads no weights yet.
    ///
    /// - Parameter embeddings: what segmenters make of photographs is kept here.
    public init(
        repository: ModelRepository, settings: RegistrySettings, scheduler: Scheduler,
        embeddings: EmbeddingCache = EmbeddingCache(), logger: Logger
    ) throws(RepositoryError) {
        (self.repository, self.settings, self.scheduler, self.logger) = (repository, settings, scheduler, logger)
        defaultModel = DefaultModel(configured: settings.defaultClassifier)
        self.embeddings = embeddings
        let stamp = stamp()
        let slots = try repository.entries().flatMap { self.slots(of: $0, isRequired: true) }
        state.withLock { state in
            state.slots = slots
            (state.applied, state.seen) = (stamp, stamp)
        }
    }

    /// Loads every model in the background, one after the other, the default first; then watches the repository's folder
    /// and tests the models again from time to time, as the settings ask.
    public func start() {
        queue.async { [self] in
            loadAll()
            repeatedly(settings.watchInterval) { [weak self] in self?.watch() }
            repeatedly(settings.selfTestInterval) { [weak self] in self?.testAll() }
        }
    }

    /// Loads no further model, and returns when the one being loaded is.
    public func stop() async {
        isStopped.store(true, ordering: .relaxed)
        timers.withLock { timers in
            for timer in timers { timer.cancel() }
            timers = []
        }
        await withCheckedContinuation { continuation in queue.async { continuation.resume() } }
    }

    /// Calls `work` on the queue again and again; never if `interval` is zero.
    private func repeatedly(_ interval: Duration, _ work: @escaping @Sendable () -> Void) {
        guard interval > .zero, !isStopped.load(ordering: .relaxed) else { return }
        let seconds = interval / .seconds(1)
        timers.withLock { timers in
            let timer = DispatchSource.makeTimerSource(queue: queue)
            timer.schedule(deadline: .now() + seconds, repeating: seconds)
            timer.setEventHandler(handler: work)
            timer.activate()
            timers.append(timer)
        }
    }

    func stamp() -> FolderStamp { FolderStamp(of: repository.directory, depth: 2) }

    /// The slots of a folder of the repository; one that is no model has a slot that says why.
    func slots(of entry: ModelEntry, isRequired: Bool) -> [ModelSlot] {
        if let problem = entry.problem {
            let files = FolderStamp(of: repository.path(of: entry.name))
            return [
                ModelSlot(
                    name: entry.name, version: 1, model: .failure(problem), files: files, policy: entry.policy,
                    isRequired: isRequired)
            ]
        }
        return entry.versions.map { version in
            ModelSlot(
                name: entry.name, version: version.number, model: version.model,
                files: FolderStamp(of: version.directory), policy: entry.policy, isRequired: isRequired)
        }
    }
}

/// How a registry keeps its models.
public struct RegistrySettings: Sendable {
    /// The model that classifies when none is named; "" for the one that this program ships as default, else the first by
    /// name.
    public var defaultClassifier: String
    public var jobs: JobLimits
    /// Memory for the weights of all models together; 0 for no limit.
    public var memoryBytes: Int
    /// How often the repository's folder is looked at; zero for never.
    public var watchInterval: Duration
    /// How often models with self-tests are tested again; zero for never.
    public var selfTestInterval: Duration

    public init(
        defaultClassifier: String = "", jobs: JobLimits = JobLimits(), memoryBytes: Int = 0,
        watchInterval: Duration = .zero, selfTestInterval: Duration = .zero
    ) {
        (self.defaultClassifier, self.jobs, self.memoryBytes) = (defaultClassifier, jobs, memoryBytes)
        (self.watchInterval, self.selfTestInterval) = (watchInterval, selfTestInterval)
    }
}
