import Dispatch
public import FoveaModels
import Synchronization

extension ModelRegistry {
    /// The model that answers `task`; one that made room for others is loaded first.
    ///
    /// - Parameters:
    ///   - reference: `NAME` or `NAME:VERSION`; nil for the default.
    ///   - deadline: how long a model that must be loaded may be waited for.
    /// - Throws: `ServingError.modelNotFound`, `.noModel`, `.modelNotReady`, `.wrongTask`, `.noMemory`,
    ///   `.deadlineExceeded`, `.cancelled`.
    public func model(
        named reference: String?, for task: ModelTask, until deadline: ContinuousClock.Instant? = nil
    ) async throws -> LoadedModel {
        let slot = try find(reference, task)
        if let model = slot.loaded { return model }
        guard slot.intent == .evicted else { throw notReady(slot) }
        let job = Job<LoadedModel>(onLeave: {})
        let latest = ContinuousClock.now + settings.jobs.timeout
        return try await scheduler.wait(for: job, until: min(deadline ?? latest, latest)) {
            queue.async { [self] in
                guard job.begin() else { return }
                job.finish(Result { try loadAgain(slot.name, slot.version) })
            }
            return 0
        }
    }

    /// The model that answers `task` if it can do so at once; nil if it has to be loaded first.
    ///
    /// - Throws: as `model(named:for:until:)`.
    public func loadedModel(named reference: String?, for task: ModelTask) throws(ServingError) -> LoadedModel? {
        let slot = try find(reference, task)
        guard slot.loaded != nil || slot.intent == .evicted else { throw notReady(slot) }
        return slot.loaded
    }

    private func notReady(_ slot: ModelSlot) -> ServingError {
        .modelNotReady(name: slot.name, reason: slot.reason ?? "it is still loading")
    }

    /// Finds the slot that is meant, and notes that it was asked for.
    private func find(_ reference: String?, _ task: ModelTask) throws(ServingError) -> ModelSlot {
        let found: Result<ModelSlot, ServingError> = state.withLock { state in
            let index: Int?
            if let reference {
                index = Self.index(of: reference, state.slots)
                if index == nil { return .failure(.modelNotFound(name: String(reference.prefix(100)))) }
            } else {
                index = standard(task, state.slots)
                if index == nil { return .failure(.noModel(task: task.rawValue)) }
            }
            guard let index else { return .failure(.noModel(task: task.rawValue)) }
            state.slots[index].lastUse = .now
            return .success(state.slots[index])
        }
        let slot = try found.get()
        if let does = slot.installed?.card.task, does != task {
            throw .wrongTask(name: slot.name, does: does.rawValue, asked: task.rawValue)
        }
        return slot
    }

    private static func index(of reference: String, _ slots: [ModelSlot]) -> Int? {
        let parts = reference.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 1 { return serving(slots).first { slots[$0].name == parts[0] } }
        return slots.firstIndex { $0.name == parts[0] && "\($0.version)" == parts[1] }
    }

    /// The slots that answer for their names: of each model the highest version that is good, and of those
    /// whose folders are gone only if there is no other; else the highest that is
    /// loading, that could be loaded, that there is.
    static func serving(_ slots: [ModelSlot]) -> [Int] {
        func rank(_ slot: ModelSlot) -> Int {
            if slot.isGood { return slot.isGone ? 3 : 4 }
            switch slot.state {
            case .loading: return 2
            case .unloaded, .unloading: return 1
            case .ready, .failed: return 0
            }
        }
        return slots.indices.reduce(into: []) { serving, index in
            if let last = serving.last, slots[last].name == slots[index].name {
                if rank(slots[index]) > rank(slots[last]) { serving[serving.count - 1] = index }
            } else {
                serving.append(index)
            }
        }
    }

    /// The slot of the model that answers `task` when none is named.
    func standard(_ task: ModelTask, _ slots: [ModelSlot]) -> Int? {
        let candidates = Self.serving(slots).filter { slots[$0].installed?.card.task == task }
        let name = defaultModel.choose(from: candidates.map { slots[$0].name }, for: task)
        return candidates.first { slots[$0].name == name }
    }

    /// Whether any model that is ready for `task` would take one more job at this moment.
    public func hasRoom(for task: ModelTask) -> Bool {
        let models = state.withLock { $0.slots.compactMap(\.loaded) }
        return models.contains { $0.task == task && (try? $0.requireRoom()) != nil }
    }
}
