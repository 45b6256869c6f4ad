import FoveaServing
import Synchronization

/// The counters and histograms of the daemon since it started.
///
/// Labels come from closed sets: route patterns, loaded models, status codes. Nothing a client sends becomes a label.
final class Metrics: Sendable {
    struct RequestKey: Hashable, Comparable {
        let route: String
        let model: String
        let code: Int

        static func < (a: RequestKey, b: RequestKey) -> Bool {
            (a.route, a.model, a.code) < (b.route, b.model, b.code)
        }
    }

    struct Values: Sendable {
        var requests: [RequestKey: Int] = [:]
        var seconds: [String: Histogram] = [:]
        var decode = Histogram()
        var queue: [String: Histogram] = [:]
        var inference: [String: Histogram] = [:]
        var rejected: [String: Int] = [:]
        var inFlight = 0
    }

    private let values = Mutex(Values())

    /// A copy of everything counted so far.
    var snapshot: Values { values.withLock { $0 } }

    /// Counts a request that has begun.
    func begin() { values.withLock { $0.inFlight += 1 } }

    /// Counts a request that was answered; `route` is its pattern, `model` the loaded model that served it, or "".
    func end(_ exchange: Exchange) {
        values.withLock { values in
            values.inFlight -= 1
            let key = RequestKey(route: exchange.route, model: exchange.model?.name ?? "", code: exchange.status)
            values.requests[key, default: 0] += 1
            values.seconds[exchange.route, default: Histogram()].record(exchange.total)
            if let code = exchange.errorCode, Self.rejections.contains(code) {
                values.rejected[code.rawValue, default: 0] += 1
            }
            for stages in exchange.stages {
                values.decode.record(stages.decode)
                values.queue[key.model, default: Histogram()].record(stages.queue)
                values.inference[key.model, default: Histogram()].record(stages.inference)
            }
        }
    }

    /// The errors that mean "not now" rather than "not so".
    private static let rejections: Set<APIError.Code> = [
        .rateLimited, .queueFull, .modelNotReady, .draining, .deadlineExceeded, .outOfMemory,
    ]
}
