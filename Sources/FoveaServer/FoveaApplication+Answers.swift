import FoveaHTTP
import FoveaJSON
import FoveaServing
import FoveaStore
import HTTPTypes
import Logging
import Synchronization

extension FoveaApplication {
    /// The answer a route gave, counted once it is made and logged once it is sent.
    func finish(_ reply: Reply, _ exchange: Exchange) -> Response {
        var exchange = exchange
        exchange.status = reply.status.code
        var fields = reply.fields
        fields[.requestID] = exchange.requestID
        switch reply.body {
        case .bytes(let bytes):
            let done = context.count(exchange)
            return Response(status: reply.status, fields: fields, body: .bytes(bytes)) { [context] outcome in
                context.record(done, outcome)
            }
        case .stream(let produce):
            let noted = NotedExchange(exchange)
            let body = Response.Body.stream { writer in try await noted.update { try await produce(writer, &$0) } }
            return Response(status: reply.status, fields: fields, body: body) { [context] outcome in
                context.record(context.count(noted.exchange), outcome)
            }
        }
    }

    /// The answer to a request that failed.
    func answer(to error: any Error, _ exchange: Exchange) -> Response {
        let known = APIError(describing: error)
        if known.status == .internalServerError {
            context.logger.error(
                "request failed", metadata: ["request_id": "\(exchange.requestID)", "error": "\(error)"])
        }
        var exchange = exchange
        exchange.errorCode = known.code
        var reply = Reply.json(
            .members(known.members + [("request_id", .string(exchange.requestID))]), status: known.status)
        for field in known.fields { reply.fields.append(field) }
        if [429, 503].contains(known.status.code), reply.fields[.retryAfter] == nil { reply.fields[.retryAfter] = "1" }
        return finish(reply, exchange)
    }
}

extension ServerContext {
    /// Counts an answer that is made, and returns it with the time it took.
    fileprivate func count(_ exchange: Exchange) -> Exchange {
        var exchange = exchange
        exchange.total = .now - exchange.arrival
        metrics.end(exchange)
        history.add(exchange)
        return exchange
    }

    /// Writes one row to the request log and one line to the log.
    fileprivate func record(_ exchange: Exchange, _ outcome: SendOutcome) {
        let stages = exchange.stages
        func sum(_ stage: KeyPath<StageTimings, Duration>) -> Double? {
            stages.isEmpty ? nil : stages.reduce(0) { $0 + $1[keyPath: stage] / .milliseconds(1) }
        }
        var bytesOut = 0
        if case .sent(let bytes) = outcome { bytesOut = bytes }
        let total = exchange.total / .milliseconds(1)
        requestLog.append(
            RequestRecord(
                time: exchange.time, requestID: exchange.requestID, method: exchange.method,
                route: exchange.route, model: exchange.model?.name, version: exchange.model?.version,
                status: exchange.status, errorCode: exchange.errorCode?.rawValue, imageSHA256: exchange.image?.sha256,
                width: exchange.image?.width, height: exchange.image?.height, bytesIn: exchange.bytesIn,
                bytesOut: bytesOut,
                timings: RequestTimings(
                    decode: sum(\.decode), queue: sum(\.queue), inference: sum(\.inference), total: total),
                topLabel: exchange.top?.label, topScore: exchange.top.map { Double($0.score) },
                userAgent: exchange.userAgent, remoteAddress: exchange.remoteAddress))
        logger.info(
            "request",
            metadata: [
                "request_id": "\(exchange.requestID)", "method": "\(exchange.method)", "route": "\(exchange.route)",
                "status": "\(exchange.status)", "ms": "\((total * 1000).rounded() / 1000)",
                "client": "\(exchange.remoteAddress)",
            ])
    }
}

/// What is known of an answer that is still being made.
private final class NotedExchange: Sendable {
    private let noted: Mutex<Exchange>

    init(_ exchange: Exchange) { noted = Mutex(exchange) }

    var exchange: Exchange { noted.withLock { $0 } }

    func update(_ work: (inout Exchange) async throws -> Void) async throws {
        var exchange = exchange
        defer { noted.withLock { $0 = exchange } }
        try await work(&exchange)
    }
}
