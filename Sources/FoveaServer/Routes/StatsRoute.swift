import FoveaJSON
import FoveaStore
import Glibc

/// `GET /stats`: the metrics' history out of SQLite, so that it survives a restart and needs no Prometheus.
struct StatsRoute: Route {
    static let patterns: [String] = ["GET /stats"]

    /// What is shown without `since`: the last hour.
    private static let defaultSpan = 3600.0

    /// The latest time that the history takes, some thousand years from now.
    private static let lastTime = 1e11

    let context: ServerContext

    func respond(to call: inout Call) async throws -> Reply {
        let query = QueryParameters(try call.query())
        let now = Double(Glibc.time(nil)) + 1
        let until = min(try query.time("until") ?? now, now)
        let since = try query.time("since") ?? max(0, until - Self.defaultSpan)
        let asked = try query.integer("step", in: 60...31_536_000) ?? 60
        let shortest = Int(((until - since) / Double(MetricsHistory.maxSteps)).rounded(.up))
        let step = (max(asked, shortest) + 59) / 60 * 60
        context.history.flush()
        let last = min(until, Self.lastTime)
        let buckets = last > since ? try await context.history.store.stats(since: since, until: last, step: step) : []
        return .json([
            "since": .number(since), "until": .number(until), "step": .integer(step),
            "stats": .array(buckets.map(\.json)), "request_id": .string(call.exchange.requestID),
        ])
    }
}

extension StatsBucket {
    fileprivate var json: JSONValue {
        let milliseconds: (Double?) -> JSONValue = { .optional($0.map { ($0 * 1e6).rounded() / 1000 }) }
        let latency = total.latency
        return [
            "time": .integer(Int(start)), "route": .string(route), "model": .optional(model),
            "requests": .integer(requests), "errors": .integer(errors),
            "statuses": .members(total.statuses.sorted { $0.key < $1.key }.map { ("\($0.key)", .integer($0.value)) }),
            "latency_ms": [
                "mean": milliseconds(latency.count > 0 ? latency.sum / Double(latency.count) : nil),
                "p50": milliseconds(p50), "p90": milliseconds(p90), "p99": milliseconds(p99),
            ],
            "stages_ms": [
                "decode": milliseconds(total.stages.decode), "queue": milliseconds(total.stages.queue),
                "inference": milliseconds(total.stages.inference),
            ],
            "queue_depth": .integer(total.queueDepth), "memory_bytes": .integer(total.memoryBytes),
        ]
    }
}
