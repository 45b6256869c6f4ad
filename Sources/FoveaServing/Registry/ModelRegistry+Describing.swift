public import FoveaModels
import Synchronization

extension ModelRegistry {
    /// Whether everything that should serve does.
    public enum Readiness: Sendable, Equatable {
        case ready
        case notReady(reason: String)
    }

    /// Whether there is a model that serves, and all do that were there when the daemon started or have served since.
    ///
    /// A model that is added, or one that was unloaded because somebody asked for it, changes nothing.
    public var readiness: Readiness {
        let slots = state.withLock { state in Self.serving(state.slots).map { state.slots[$0] } }
        if slots.isEmpty { return .notReady(reason: "\(ServingError.noModel(task: ModelTask.classify.rawValue))") }
        if !defaultModel.configured.isEmpty, !slots.contains(where: { $0.name == defaultModel.configured }) {
            return .notReady(reason: "the default classifier \"\(defaultModel.configured)\" is not installed")
        }
        for slot in slots where slot.isRequired && !slot.isGood {
            guard slot.state != .loading else {
                return .notReady(reason: "the model \"\(slot.name)\" is still loading")
            }
            return .notReady(reason: "the model \"\(slot.name)\" does not serve: \(slot.reason ?? "it was unloaded")")
        }
        return slots.contains(where: \.isGood) ? .ready : .notReady(reason: "no model is loaded")
    }

    /// What a model does; `.classify` where there is none or its card can't be read.
    ///
    /// - Parameter reference: `NAME` or `NAME:VERSION`.
    public func task(of reference: String) -> ModelTask {
        state.withLock { state in
            Self.index(of: reference, state.slots).flatMap { state.slots[$0].installed?.card.task } ?? .classify
        }
    }

    /// What waits for a model.
    public struct QueueState: Sendable {
        public let model: String
        /// Jobs that wait for their turn.
        public fileprivate(set) var pending = 0
        /// How long the oldest of them has waited.
        public fileprivate(set) var oldestWait = Duration.zero
    }

    /// What waits for each model that is ready, all its versions together, by name.
    public var queues: [QueueState] {
        state.withLock { $0.slots.compactMap(\.loaded) }.reduce(into: []) { states, model in
            var state = QueueState(model: model.name)
            if states.last?.model == model.name, let last = states.popLast() { state = last }
            state.pending += model.queue.pending
            state.oldestWait = max(state.oldestWait, model.queue.oldestWait)
            states.append(state)
        }
    }

    /// One version of one model, as `GET /models` shows it.
    public struct Summary: Sendable {
        public let name: String
        public let version: String
        public let state: ModelState
        /// Why it does not serve, or why the files that lie there now do not.
        public let reason: String?
        /// Whether it answers for its name when no version is asked for.
        public let isServing: Bool
        /// Whether it answers for its task when no model is named.
        public let isDefault: Bool
        /// Known once it is loaded; nil for what knows no classes.
        public let classes: Int?
        /// The memory that it takes; 0 until it is loaded.
        public let bytes: Int
        /// How a photograph becomes its input; nil when the card can't be read.
        public let input: InputSpecification?
        /// What the card says; nil when it can't be read.
        public let model: InstalledModel?
        /// What answers; nil when nothing does.
        public let loaded: LoadedModel?
    }

    /// Every version of every model, by name, the highest version first.
    public var summaries: [Summary] {
        let (slots, serving, defaults) = state.withLock { state in
            (state.slots, Self.serving(state.slots), ModelTask.allCases.compactMap { standard($0, state.slots) })
        }
        return slots.enumerated().map { index, slot in
            Summary(
                name: slot.name, version: "\(slot.version)", state: slot.state, reason: slot.reason,
                isServing: serving.contains(index) && slot.isGood, isDefault: defaults.contains(index),
                classes: slot.loaded.flatMap { $0.classes > 0 ? $0.classes : nil }, bytes: slot.loaded?.bytes ?? 0,
                input: slot.loaded?.input ?? slot.installed?.input, model: slot.installed, loaded: slot.loaded)
        }
    }
}
