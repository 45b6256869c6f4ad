import Logging
import Synchronization

/// The budget of the models' memory. Everything here runs on the registry's queue.
extension ModelRegistry {
    private var usedBytes: Int {
        state.withLock { state in
            state.slots.reduce(0) { sum, slot in
                sum + (slot.loaded?.bytes ?? 0) + slot.retired.reduce(0) { $0 + ($1.model?.bytes ?? 0) }
            }
        }
    }

    /// Whether a model can be loaded beside those that are.
    func fits(_ slot: ModelSlot) -> Bool { hasRoom(for: slot.expectedBytes) }

    private func hasRoom(for bytes: Int) -> Bool {
        settings.memoryBytes == 0 || usedBytes + bytes <= settings.memoryBytes
    }

    /// Unloads what was asked for least recently until a model fits, but nothing that is pinned or in use.
    func makeRoom(for slot: ModelSlot) { makeRoom(of: slot.expectedBytes, for: slot) }

    /// What a model really takes is known when it is loaded: if that is too much, others make room, or it goes itself.
    func correctRoom(after slot: ModelSlot, mayEvict: Bool) {
        if mayEvict { makeRoom(of: 0, for: slot) }
        if !hasRoom(for: 0) { retire(slot.name, slot.version, .evicted) }
    }

    private func makeRoom(of bytes: Int, for slot: ModelSlot) {
        while !hasRoom(for: bytes), let victim = leastRecentlyUsed(but: slot) {
            logger.info(
                "model makes room", metadata: metadata(of: victim).merging(["for": "\(slot.name)"]) { $1 })
            retire(victim.name, victim.version, .evicted)
        }
    }

    private func leastRecentlyUsed(but exception: ModelSlot) -> ModelSlot? {
        state.withLock { state in
            let candidates = state.slots.indices.filter { index in
                let slot = state.slots[index]
                let isItself = slot.name == exception.name && slot.version == exception.version
                return slot.loaded != nil && !slot.isPinned && !isItself
            }
            // Who answers a request holds the model.
            let idle = candidates.filter { isKnownUniquelyReferenced(&state.slots[$0].loaded) }
            return idle.min { state.slots[$0].lastUse < state.slots[$1].lastUse }.map { state.slots[$0] }
        }
    }
}
