import Dispatch
public import FoveaModels
public import FoveaTensor
public import Logging
import Synchronization

/// The models of one repository as they serve: each loading, ready, or failed with a reason of its own.
public final class ModelRegistry: Sendable {
    private enum State {
        case loading
        case ready(LoadedModel)
        case failed(String)
    }

    private struct Slot {
        let name: String
        let version: String
        let model: InstalledModel?
        var state: State

        var hasFailed: Bool { if case .failed = state { true } else { false } }
    }

    /// Whether everything that should serve does.
    public enum Readiness: Sendable, Equatable {
        case ready
        case notReady(reason: String)
    }

    /// What waits for a model.
    public struct QueueState: Sendable {
        public let model: String
        /// Jobs that wait for their turn.
        public fileprivate(set) var pending = 0
        /// How long the oldest of them has waited.
        public fileprivate(set) var oldestWait = Duration.zero
    }

    private let defaultModel: DefaultModel
    private let pool: ComputePool
    private let limits: JobLimits
    /// By name, the versions of each model with the highest first.
    private let slots: Mutex<[Slot]>
    private let loading = DispatchQueue(label: "fovea.models", qos: .userInitiated)
    private let isStopped = Atomic(false)

    /// Reads the repository's cards; loads no weights yet.
    ///
    /// - Parameter defaultClassifier: the model that classifies when none is named; "" for the one that this program
    ///   ships as default, else the first by name.
    public init(
        repository: ModelRepository, defaultClassifier: String, pool: ComputePool, limits: JobLimits
    ) throws(RepositoryError) {
        defaultModel = DefaultModel(configured: defaultClassifier)
        (self.pool, self.limits) = (pool, limits)
        slots = Mutex(try repository.entries().flatMap(Self.slots))
    }

    private static func slots(of entry: ModelEntry) -> [Slot] {
        if let problem = entry.problem {
            return [Slot(name: entry.name, version: "1", model: nil, state: .failed("\(problem)"))]
        }
        return entry.versions.map { version in
            switch version.model {
            case .success(let model):
                Slot(name: entry.name, version: "\(version.number)", model: model, state: .loading)
            case .failure(let error):
                Slot(name: entry.name, version: "\(version.number)", model: nil, state: .failed("\(error)"))
            }
        }
    }

    /// Loads every model in the background, one after the other, the default first.
    public func load(logger: Logger) {
        loading.async { [self] in loadAll(logger: logger) }
    }

    /// Loads no further model, and returns when the one being loaded is.
    public func stop() async {
        isStopped.store(true, ordering: .relaxed)
        await withCheckedContinuation { continuation in loading.async { continuation.resume() } }
    }

    /// Loads every model on the calling thread.
    func loadAll(logger: Logger) {
        let order = slots.withLock { slots in
            let first = ModelTask.allCases.compactMap { standard($0, slots)?.name }
            let loadable = slots.indices.filter { slots[$0].model != nil }
            return loadable.filter { first.contains(slots[$0].name) }
                + loadable.filter { !first.contains(slots[$0].name) }
        }
        for slot in slots.withLock({ $0 }) {
            if case .failed(let reason) = slot.state { logFailure(slot.name, slot.version, reason, logger) }
        }
        for index in order where !isStopped.load(ordering: .relaxed) { load(index, logger) }
    }

    private func logFailure(_ name: String, _ version: String, _ reason: String, _ logger: Logger) {
        logger.error("model failed", metadata: ["model": "\(name)", "version": "\(version)", "reason": "\(reason)"])
    }

    private func load(_ index: Int, _ logger: Logger) {
        guard let model = slots.withLock({ $0[index].model }) else { return }
        let start = ContinuousClock.now
        let state: State
        do {
            let loaded = try LoadedModel(model, pool: pool, limits: limits)
            state = .ready(loaded)
            logger.info(
                "model ready",
                metadata: [
                    "model": "\(model.name)", "version": "\(model.version)", "ms": "\(milliseconds(since: start))",
                ])
            if !loaded.precision.isSupported {
                logger.warning(
                    "this machine multiplies no bfloat16, as the model's card asks: it computes in float32",
                    metadata: ["model": "\(model.name)", "version": "\(model.version)"])
            }
        } catch {
            state = .failed("\(error)")
            logFailure(model.name.description, "\(model.version)", "\(error)", logger)
        }
        slots.withLock { $0[index].state = state }
    }

    private func milliseconds(since start: ContinuousClock.Instant) -> Int {
        Int((ContinuousClock.now - start) / .milliseconds(1))
    }
}

// MARK: - Asking

extension ModelRegistry {
    /// The model that answers `task`.
    ///
    /// - Parameter reference: `NAME` or `NAME:VERSION`; nil for the default.
    /// - Throws: `ServingError.modelNotFound`, `.noModel`, `.modelNotReady`, `.wrongTask`.
    public func model(named reference: String?, for task: ModelTask) throws(ServingError) -> LoadedModel {
        let slots = slots.withLock { $0 }
        let slot: Slot
        if let reference {
            slot = try find(reference, slots)
        } else if let standard = standard(task, slots) {
            slot = standard
        } else {
            throw .noModel(task: task.rawValue)
        }
        if let does = slot.model?.card.task, does != task {
            throw .wrongTask(name: slot.name, does: does.rawValue, asked: task.rawValue)
        }
        switch slot.state {
        case .ready(let model): return model
        case .loading: throw .modelNotReady(name: slot.name, reason: "it is still loading")
        case .failed(let reason): throw .modelNotReady(name: slot.name, reason: reason)
        }
    }

    private func find(_ reference: String, _ slots: [Slot]) throws(ServingError) -> Slot {
        let parts = reference.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let candidates = (parts.count == 1 ? serving(slots) : slots).filter { $0.name == parts[0] }
        let found = candidates.first { parts.count == 1 || $0.version == parts[1] }
        guard let found else { throw .modelNotFound(name: String(reference.prefix(100))) }
        return found
    }

    /// The slots that answer for their names: of each model the highest version that hasn't failed; if all have, the
    /// highest.
    private func serving(_ slots: [Slot]) -> [Slot] {
        slots.reduce(into: []) { serving, slot in
            if serving.last?.name != slot.name {
                serving.append(slot)
            } else if serving.last?.hasFailed == true, !slot.hasFailed {
                serving[serving.count - 1] = slot
            }
        }
    }

    /// The model that answers `task` when none is named.
    private func standard(_ task: ModelTask, _ slots: [Slot]) -> Slot? {
        let candidates = serving(slots).filter { $0.model?.card.task == task }
        let name = defaultModel.choose(from: candidates.map(\.name), for: task)
        return candidates.first { $0.name == name }
    }

    /// Whether any model that is ready for `task` would take one more job at this moment.
    public func hasRoom(for task: ModelTask) -> Bool {
        slots.withLock { $0 }.contains { slot in
            guard case .ready(let model) = slot.state, slot.model?.card.task == task else { return false }
            return model.queue.pending < model.queue.capacity
        }
    }

    /// Whether every serving model of the repository is ready, and there is one.
    public var readiness: Readiness {
        let slots = serving(slots.withLock { $0 })
        if slots.isEmpty { return .notReady(reason: "\(ServingError.noModel(task: ModelTask.classify.rawValue))") }
        if !defaultModel.configured.isEmpty, !slots.contains(where: { $0.name == defaultModel.configured }) {
            return .notReady(reason: "the default classifier \"\(defaultModel.configured)\" is not installed")
        }
        for slot in slots {
            switch slot.state {
            case .ready: continue
            case .loading: return .notReady(reason: "the model \"\(slot.name)\" is still loading")
            case .failed(let reason): return .notReady(reason: "the model \"\(slot.name)\" does not serve: \(reason)")
            }
        }
        return .ready
    }

    /// What waits for each model that is ready, all its versions together, by name.
    public var queues: [QueueState] {
        slots.withLock { $0 }.reduce(into: []) { states, slot in
            guard case .ready(let model) = slot.state else { return }
            var state = QueueState(model: slot.name)
            if states.last?.model == slot.name, let last = states.popLast() { state = last }
            state.pending += model.queue.pending
            state.oldestWait = max(state.oldestWait, model.queue.oldestWait)
            states.append(state)
        }
    }
}

// MARK: - Describing

extension ModelRegistry {
    /// One version of one model, as `GET /models` shows it.
    public struct Summary: Sendable {
        public enum State: String, Sendable { case loading, ready, failed }

        public let name: String
        public let version: String
        public let state: State
        /// Why it does not serve.
        public let reason: String?
        public let isDefault: Bool
        /// Known once it is loaded.
        public let classes: Int?
        /// Memory of the weights; 0 until it is loaded.
        public let bytes: Int
        /// How a photograph becomes its input; nil when the card can't be read.
        public let input: InputSpecification?
        /// What the card says; nil when it can't be read.
        public let model: InstalledModel?
    }

    /// Every version of every model, by name.
    public var summaries: [Summary] {
        let slots = slots.withLock { $0 }
        let defaults = ModelTask.allCases.compactMap { standard($0, slots) }
        return slots.map { slot in
            var (state, reason, loaded): (Summary.State, String?, LoadedModel?) = (.loading, nil, nil)
            switch slot.state {
            case .loading: break
            case .ready(let model): (state, loaded) = (.ready, model)
            case .failed(let why): (state, reason) = (.failed, why)
            }
            return Summary(
                name: slot.name, version: slot.version, state: state, reason: reason,
                isDefault: defaults.contains { $0.name == slot.name && $0.version == slot.version },
                classes: loaded?.classes, bytes: loaded?.bytes ?? 0, input: loaded?.input ?? slot.model?.input,
                model: slot.model)
        }
    }
}
