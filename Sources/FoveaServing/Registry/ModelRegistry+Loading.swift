import Dispatch
import FoveaModels
import FoveaTensor
import Logging
import Synchronization

/// Everything here runs on the registry's queue.
extension ModelRegistry {
    /// Loads what is to serve, the defaults first. Nothing makes room for others: what doesn't fit is loaded on demand.
    func loadAll() {
        let (names, failures) = state.withLock { state in
            let first = ModelTask.allCases.compactMap { standard($0, state.slots) }.map { state.slots[$0].name }
            var names = first
            for slot in state.slots where !names.contains(slot.name) { names.append(slot.name) }
            return (names, state.slots.filter { $0.problem != nil })
        }
        for slot in failures { logFailure(slot, slot.problem ?? "") }
        for name in names { settle(name, mayEvict: false) }
    }

    /// Loads and unloads versions of `name` until those serve that its policy lets serve.
    ///
    /// Whatever is to go goes after what is to come has come, so that the model answers all the time.
    func settle(_ name: String, mayEvict: Bool) {
        var good = 0
        for version in versions(of: name) {
            guard !isStopped.load(ordering: .relaxed), let slot = slot(name, version) else { return }
            let isWanted =
                switch slot.policy {
                case .all: true
                case .latest(let count): good < count
                case .given(let numbers): numbers.contains(version)
                }
            guard isWanted else {
                retire(name, version, .excluded)
                continue
            }
            if slot.intent != .unloaded, slot.isStale || (slot.loaded == nil && slot.problem == nil && !slot.isGood) {
                update(name, version) { $0.intent = .serve }
                load(name, version, mayEvict: mayEvict)
            }
            if self.slot(name, version)?.isGood == true { good += 1 }
        }
        removeGone(name)
    }

    /// Loads a version that made room for others.
    func loadAgain(_ name: String, _ version: Int) throws -> LoadedModel {
        guard let slot = slot(name, version) else { throw ServingError.modelNotFound(name: name) }
        if let model = slot.loaded { return model }
        if slot.intent == .evicted { load(name, version, mayEvict: true) }
        guard let slot = self.slot(name, version) else { throw ServingError.modelNotFound(name: name) }
        if let model = slot.loaded { return model }
        throw failure(of: slot)
    }

    /// Why a version does not answer though it was to be loaded.
    func failure(of slot: ModelSlot) -> ServingError {
        slot.intent == .evicted
            ? .noMemory(name: slot.name, needed: slot.expectedBytes, limit: settings.memoryBytes)
            : .modelNotReady(name: slot.name, reason: slot.reason ?? "it can't be loaded")
    }

    /// Reads a version's weights and lets it answer in place of what answered before, which goes on if that fails.
    func load(_ name: String, _ version: Int, mayEvict: Bool) {
        guard let slot = slot(name, version), let installed = slot.installed else { return }
        if mayEvict { makeRoom(for: slot) }
        // One that replaces itself needs twice its memory for a moment, and gets it.
        guard slot.loaded != nil || fits(slot) else {
            update(name, version) { slot in
                (slot.intent, slot.isStale) = (.evicted, false)
            }
            logger.info("model left for later: the models' memory is full", metadata: metadata(of: slot))
            return
        }
        update(name, version) { $0.isLoading = true }
        let start = ContinuousClock.now
        let result = Result {
            try LoadedModel(installed, scheduler: scheduler, limits: settings.jobs, embeddings: embeddings)
        }
        var metadata = metadata(of: slot)
        switch result {
        case .success(let model):
            replace(name, version, with: model)
            metadata["ms"] = "\(Int((ContinuousClock.now - start) / .milliseconds(1)))"
            logger.info("model ready", metadata: metadata)
            if !model.precision.isSupported {
                logger.warning(
                    "this machine multiplies no bfloat16, as the model's card asks: it computes in float32",
                    metadata: self.metadata(of: slot))
            }
            correctRoom(after: slot, mayEvict: mayEvict)
        case .failure(let error):
            update(name, version) { slot in
                (slot.isLoading, slot.isStale, slot.problem) = (false, false, "\(error)")
                if slot.intent == .evicted { slot.intent = .serve }
            }
            logFailure(slot, "\(error)")
        }
    }

    private func replace(_ name: String, _ version: Int, with model: LoadedModel) {
        var retired: ModelSlot.Retired?
        update(name, version) { slot in
            retired = slot.retire()
            slot.loaded = model
            (slot.intent, slot.expectedBytes, slot.problem) = (.serve, model.bytes, nil)
            (slot.isLoading, slot.isStale, slot.isRequired) = (false, false, true)
        }
        if let retired { awaitEnd(of: retired, metadata(name, version)) }
    }

    /// Lets a version answer nothing new, for the reason `intent`.
    func retire(_ name: String, _ version: Int, _ intent: ModelSlot.Intent) {
        var retired: ModelSlot.Retired?
        update(name, version) { slot in
            slot.intent = intent
            if intent == .unloaded { slot.isRequired = false }
            retired = slot.retire()
        }
        if let retired { awaitEnd(of: retired, metadata(name, version)) }
    }

    /// Gives the memory of a retired model back when the last of its requests has its answer.
    func awaitEnd(of retired: ModelSlot.Retired, _ metadata: Logger.Metadata) {
        guard retired.model == nil else {
            queue.asyncAfter(deadline: .now() + 0.05) { [weak self] in self?.awaitEnd(of: retired, metadata) }
            return
        }
        TensorMemory.trim()
        logger.info("model unloaded", metadata: metadata)
    }

    // MARK: - Slots

    /// The versions of a model that have a folder, highest first.
    func versions(of name: String) -> [Int] {
        state.withLock { state in state.slots.filter { $0.name == name && !$0.isGone }.map(\.version) }
    }

    func slot(_ name: String, _ version: Int) -> ModelSlot? {
        state.withLock { state in state.slots.first { $0.name == name && $0.version == version } }
    }

    func update(_ name: String, _ version: Int, _ change: (inout ModelSlot) -> Void) {
        state.withLock { state in
            guard let index = state.slots.firstIndex(where: { $0.name == name && $0.version == version }) else {
                return
            }
            change(&state.slots[index])
        }
    }

    func metadata(of slot: ModelSlot) -> Logger.Metadata { metadata(slot.name, slot.version) }

    private func metadata(_ name: String, _ version: Int) -> Logger.Metadata {
        ["model": "\(name)", "version": "\(version)"]
    }

    func logFailure(_ slot: ModelSlot, _ reason: String) {
        logger.error("model failed", metadata: metadata(of: slot).merging(["reason": "\(reason)"]) { $1 })
    }
}
