import FoveaJSON
import FoveaStore
import HTTPTypes
import Testing

@testable import FoveaServer

@Suite struct StatsTests {
    /// Requests, errors and images' worth of stages by route and model, whatever minutes they fell into.
    private func sums(_ answer: Answer) throws -> [String: [Double]] {
        var sums: [String: [Double]] = [:]
        for entry in try answer.json["stats"]?.array ?? [] {
            let key = "\(entry["route"]?.string ?? "") \(entry["model"]?.string ?? "-")"
            let numbers = [entry["requests"]?.number ?? .nan, entry["errors"]?.number ?? .nan]
            sums[key] = zip(sums[key] ?? [0, 0], numbers).map(+)
        }
        return sums
    }

    @Test("The history adds up, and goes on after a restart")
    func restart() async throws {
        let daemon = try TestDaemon()
        for _ in 0..<3 { _ = await daemon.classify() }
        _ = await daemon.classify(Pictures.broken)
        _ = await daemon.send(.get, "/nothing")
        daemon.context.history.flush()
        _ = await daemon.classify()
        #expect(
            try sums(await daemon.send(.get, "/stats")) == ["/classify toy": [5, 1], "none -": [1, 1]])
        daemon.close()

        let next = try TestDaemon(folder: daemon.folder)
        _ = await next.classify()
        #expect(
            try sums(await next.send(.get, "/stats"))
                == ["/classify toy": [6, 1], "none -": [1, 1], "/stats -": [1, 0]])
        #expect(try await next.rows.filter { $0.route == "/classify" }.count == 6)
    }

    @Test("An entry has the members of the description")
    func members() async throws {
        let daemon = try TestDaemon()
        _ = await daemon.classify()
        let answer = await daemon.send(.get, "/stats?step=61")
        let json = try answer.json
        #expect(
            json.shape
                == "{since:number,until:number,step:number,stats:[{time:number,route:string,model:string,"
                + "requests:number,errors:number,statuses:{200:number},"
                + "latency_ms:{mean:number,p50:number,p90:number,p99:number},"
                + "stages_ms:{decode:number,queue:number,inference:number},queue_depth:number,memory_bytes:number}],"
                + "request_id:string}")
        #expect(json["step"]?.number == 120)
        #expect(json["stats"]?[0]?["time"]?.number.map { $0.truncatingRemainder(dividingBy: 120) } == 0)
    }

    @Test(
        "Any range that the description allows is answered",
        arguments: [
            "?since=0", "?until=253402300799", "?since=0&until=253402300799&step=60",
            "?since=253402300000&until=253402300799", "?since=5&until=5", "?since=9&until=3", "?until=0",
            "?step=31536000",
            "?since=0.5&until=600000.5",
        ])
    func ranges(query: String) async throws {
        let answer = try await TestDaemon().send(.get, "/stats" + query)
        #expect(answer.status == 200, "\(answer.text)")
    }

    @Test("A range or step that makes no sense is refused", arguments: ["since=x", "until=-1", "step=59", "step=1e3"])
    func invalid(query: String) async throws {
        try await TestDaemon().send(.get, "/stats?" + query).requireError(400, "invalid_parameter")
    }
}
