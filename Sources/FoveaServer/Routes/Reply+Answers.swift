import FoveaJSON
import FoveaServing
import HTTPTypes

extension Reply {
    /// What a model says of one photograph.
    static func answer(_ answer: some PhotographAnswer, _ exchange: Exchange) -> Reply {
        let stages = answer.timings.stages + [("total", .now - exchange.arrival)]
        var reply = Reply.json(.members(answer.members + exchange.description(of: answer.image, stages)))
        reply.setServerTiming(stages)
        return reply
    }

    /// What a model says of several photographs, in their order; errors stand in the places of those that failed.
    static func answers<Answer: PhotographAnswer>(
        _ results: [Result<Answer, any Error>], _ exchange: Exchange
    ) -> Reply {
        let entries = results.map { result -> JSONValue in
            switch result {
            case .success(let answer):
                .members(
                    answer.members + [("image", answer.image), ("timings_ms", .timings(answer.timings.stages))])
            case .failure(let error): .members(APIError(describing: error).members)
            }
        }
        let stages = [(name: "total", duration: ContinuousClock.now - exchange.arrival)]
        var reply = Reply.json(
            .members([("results", .array(entries))] + exchange.identity + [("timings_ms", .timings(stages))]))
        reply.setServerTiming(stages)
        return reply
    }

    /// A picture that was made for this request.
    static func png(_ bytes: [UInt8]) -> Reply {
        var reply = Reply(type: "image/png", body: bytes)
        reply.fields[.cacheControl] = "no-store"
        return reply
    }
}

extension Exchange {
    /// Notes an answer for the log and the metrics.
    mutating func note(_ answer: some PhotographAnswer) {
        stages.append(answer.timings)
        guard image == nil else { return }
        image = (answer.sha256, answer.width, answer.height)
        top = answer.best
    }

    /// What an answer about one photograph says of itself.
    func description(
        of image: JSONValue, _ stages: [(name: String, duration: Duration)]
    ) -> [(String, JSONValue)] {
        identity + [("image", image), ("timings_ms", .timings(stages))]
    }
}

extension JSONValue {
    /// Stages by their names, in milliseconds.
    fileprivate static func timings(_ stages: [(name: String, duration: Duration)]) -> JSONValue {
        .members(stages.map { ($0.name, .milliseconds($0.duration)) })
    }
}

extension StageTimings {
    /// The stages by their names in an answer.
    fileprivate var stages: [(name: String, duration: Duration)] {
        [("decode", decode), ("queue", queue), ("inference", inference)]
    }
}
