import FoveaServing
import Synchronization

/// What a search tells, in the order in which it tells it.
final class FoundInTurn: Sendable {
    private let told = Mutex<[AutomaticMaskEvent]>([])

    var masks: [AutomaticMask] {
        told.withLock { $0 }.compactMap { event in
            guard case .mask(let mask) = event else { return nil }
            return mask
        }
    }

    var progress: [AutomaticMaskProgress] {
        told.withLock { $0 }.compactMap { event in
            guard case .progress(let progress) = event else { return nil }
            return progress
        }
    }

    func add(_ event: AutomaticMaskEvent) async throws { told.withLock { $0.append(event) } }
}
