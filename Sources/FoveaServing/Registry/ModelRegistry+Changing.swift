import Dispatch
import Logging
import Synchronization

extension ModelRegistry {
    /// Reads a model's folder again and loads it, or one version of it, anew, also if it is loaded or was unloaded.
    ///
    /// Returns when it answers. What it was answers until then, and goes on to if this throws.
    /// - Throws: `ServingError.modelNotFound`, `.modelNotReady`, `.noMemory`.
    public func load(_ name: String, version: Int? = nil) async throws {
        try await onQueue { [self] in
            refresh(name)
            let versions = try versions(of: name, version)
            for version in versions {
                update(name, version) { slot in
                    if slot.installed != nil { (slot.isStale, slot.problem) = (true, nil) }
                    slot.intent = .serve
                }
            }
            if let version {
                load(name, version, mayEvict: true)
                removeGone(name)
            } else {
                settle(name, mayEvict: true)
            }
            for slot in versions.compactMap({ slot(name, $0) }) {
                if slot.problem != nil || slot.intent == .evicted { throw failure(of: slot) }
                if slot.isGood { break }
            }
        }
    }

    /// Lets a model, or one version of it, answer nothing new until it is loaded again.
    ///
    /// Returns at once; what is being answered is answered.
    /// - Throws: `ServingError.modelNotFound`.
    public func unload(_ name: String, version: Int? = nil) async throws {
        try await onQueue { [self] in
            for version in try versions(of: name, version) { retire(name, version, .unloaded) }
        }
    }

    /// The versions of a model that are meant: the one given, or all that have a folder.
    private func versions(of name: String, _ version: Int?) throws(ServingError) -> [Int] {
        let versions = versions(of: name).filter { version == nil || $0 == version }
        guard !versions.isEmpty else { throw .modelNotFound(name: version.map { "\(name):\($0)" } ?? name) }
        return versions
    }

    /// Looks whether the repository's folder has changed, and follows if it has settled: what is being copied into it
    /// is left alone.
    func watch() {
        let stamp = stamp()
        let isChanged = state.withLock { state in
            defer { state.seen = stamp }
            guard stamp != state.applied, stamp == state.seen else { return false }
            state.applied = stamp
            return true
        }
        guard isChanged else { return }
        let folders = (try? repository.entries())?.map(\.name) ?? []
        let known = state.withLock { $0.slots.map(\.name) }
        for name in Set(folders + known).sorted() {
            refresh(name)
            settle(name, mayEvict: true)
        }
    }

    /// Reads a model's folder again: what is new in it is stale until it is loaded, what is gone answers until
    /// `removeGone`.
    func refresh(_ name: String) {
        let entry = (try? ModelName(name)).flatMap { try? repository.entry(named: $0) }
        let found = entry.map { slots(of: $0, isRequired: false) } ?? []
        state.withLock { state in
            let old = state.slots.filter { $0.name == name }
            var new: [ModelSlot] = []
            for var slot in found {
                if let known = old.first(where: { $0.version == slot.version }) {
                    let fresh = slot
                    slot = known
                    (slot.isGone, slot.policy) = (false, fresh.policy)
                    guard known.files != fresh.files else {
                        new.append(slot)
                        continue
                    }
                    (slot.model, slot.files) = (fresh.model, fresh.files)
                    (slot.isStale, slot.problem) = (fresh.isStale, fresh.problem)
                    slot.expectedBytes = fresh.expectedBytes
                    if slot.intent == .evicted { slot.intent = .serve }
                }
                new.append(slot)
            }
            for var slot in old where slot.loaded != nil && !new.contains(where: { $0.version == slot.version }) {
                slot.isGone = true
                new.append(slot)
            }
            new.sort { $0.version > $1.version }
            state.slots.removeAll { $0.name == name }
            let place = state.slots.firstIndex { $0.name > name } ?? state.slots.endIndex
            state.slots.insert(contentsOf: new, at: place)
        }
    }

    /// Lets versions whose folders are gone answer nothing new, unless those that came in their place are all broken.
    func removeGone(_ name: String) {
        let gone = state.withLock { state in
            let slots = state.slots.filter { $0.name == name }
            let present = slots.filter { !$0.isGone }
            guard present.isEmpty || present.contains(where: \.isGood) else { return [ModelSlot]() }
            state.slots.removeAll { $0.name == name && $0.isGone }
            return slots.filter(\.isGone)
        }
        for slot in gone {
            logger.info("model removed", metadata: metadata(of: slot))
            if let model = slot.loaded { awaitEnd(of: .init(model), metadata(of: slot)) }
        }
    }

    /// Lets every model with self-tests answer them again; one that fails is loaded anew from its files, and answers no
    /// more if that fails, too.
    func testAll() {
        for slot in state.withLock({ $0.slots }) {
            guard let model = slot.loaded, model.hasSelfTests, !isStopped.load(ordering: .relaxed) else { continue }
            do { try model.runSelfTests() } catch {
                logFailure(slot, "\(error)")
                retire(slot.name, slot.version, .serve)
                load(slot.name, slot.version, mayEvict: true)
            }
        }
    }

    private func onQueue<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try work() }) }
        }
    }
}
