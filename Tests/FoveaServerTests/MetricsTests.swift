import Dispatch
import FoveaHTTP
import FoveaJSON
import HTTPTypes
import Testing

@testable import FoveaServer

@Suite struct MetricsTests {
    private func exposition(of daemon: TestDaemon) async throws -> Exposition {
        try Exposition(await daemon.send(.get, "/metrics").text)
    }

    @Test("After a known set of calls the counters are exactly these")
    func counts() async throws {
        let daemon = try TestDaemon([ModelFolder("toy"), ModelFolder("toy2/4")])
        for _ in 0..<3 { _ = await daemon.classify() }
        _ = await daemon.classify(Pictures.png, "?model=toy2")
        _ = await daemon.send(
            .post, "/classify", fields: Form.type,
            body: Form(images: [Pictures.png, Pictures.broken, Pictures.jpeg]).body)
        _ = await daemon.classify(Pictures.broken)
        _ = await daemon.classify(Pictures.png, "?model=none")
        _ = await daemon.send(.get, "/nothing")
        _ = await daemon.send(.get, "/models/toy")
        _ = await daemon.send(.delete, "/models")
        _ = await daemon.send(.options, "/models")
        let text = try await exposition(of: daemon)

        #expect(
            text.values("fovea_requests_total") == [
                "code=200,model=toy,route=/classify": 4, "code=200,model=toy2,route=/classify": 1,
                "code=422,model=toy,route=/classify": 1, "code=404,model=,route=/classify": 1,
                "code=404,model=,route=none": 1, "code=200,model=,route=/models/{name}": 1,
                "code=405,model=,route=/models": 1, "code=204,model=,route=/models": 1,
            ])
        #expect(
            text.values("fovea_request_seconds_count") == [
                "route=/classify": 7, "route=none": 1, "route=/models/{name}": 1, "route=/models": 2,
            ])
        #expect(text.values("fovea_decode_seconds_count") == ["": 6])
        #expect(text.values("fovea_queue_seconds_count") == ["model=toy": 5, "model=toy2": 1])
        #expect(text.values("fovea_inference_seconds_count") == ["model=toy": 5, "model=toy2": 1])
        #expect(text.values("fovea_batch_size_count") == ["model=toy": 5, "model=toy2": 1])
        #expect(text.values("fovea_batch_size_sum") == ["model=toy": 5, "model=toy2": 1])
        #expect(text.values("fovea_rejected_total") == [:])
        // The request for the metrics itself.
        #expect(text.values("fovea_inflight_requests") == ["": 1])
        #expect(text.values("fovea_pending_requests") == ["model=toy": 0, "model=toy2": 0])
        #expect(text.values("fovea_model_ready") == ["model=toy,version=1": 1, "model=toy2,version=4": 1])
        #expect(text.values("fovea_log_dropped_total") == ["": 0])
        #expect(text.values("fovea_build_info").values.map { $0 } == [1])
        #expect(text.values("process_start_time_seconds").values.allSatisfy { $0 > 1e9 })
    }

    @Test("What is refused for lack of room is counted by its code, and what waits is shown")
    func lackOfRoom() async throws {
        let daemon = try TestDaemon([.broken("bad"), ModelFolder("toy")]) {
            $0.queueCapacity = 1
            $0.defaultClassifier = "toy"
        }
        let gate = daemon.block()
        async let waiting = daemon.classify()
        await daemon.waitForPendingJobs(1)
        _ = await daemon.classify()
        let during = try await exposition(of: daemon)
        #expect(during.values("fovea_pending_requests") == ["model=toy": 1])
        #expect(during.values("fovea_queue_oldest_seconds").values.allSatisfy { $0 > 0 })
        #expect(during.values("fovea_inflight_requests") == ["": 2])
        gate.signal()
        #expect(await waiting.status == 200)
        _ = await daemon.classify(Pictures.png, "?model=bad")
        let tooMany = ProtocolFailure(status: .tooManyRequests, code: "rate_limited", message: "too many")
        _ = daemon.application.respond(to: tooMany, head: nil)
        let text = try await exposition(of: daemon)
        #expect(
            text.values("fovea_rejected_total")
                == ["reason=queue_full": 1, "reason=model_not_ready": 1, "reason=rate_limited": 1])
        #expect(text.values("fovea_queue_oldest_seconds") == ["model=toy": 0])
        #expect(text.values("fovea_model_ready") == ["model=bad,version=1": 0, "model=toy,version=1": 1])
    }

    @Test("What is given up for lack of time is counted by its code")
    func lackOfTime() async throws {
        let daemon = try TestDaemon { $0.inferenceTimeout = 0.02 }
        let gate = daemon.block()
        #expect(await daemon.classify().status == 504)
        gate.signal()
        let text = try await exposition(of: daemon)
        #expect(text.values("fovea_rejected_total") == ["reason=deadline_exceeded": 1])
    }

    @Test("Jobs that wait for any version of a model are pending for the model")
    func pendingOfVersions() async throws {
        let daemon = try TestDaemon([ModelFolder("a/1"), ModelFolder("a/2")])
        let gate = daemon.block()
        async let one = daemon.classify(Pictures.png, "?model=a:1")
        async let two = daemon.classify(Pictures.png, "?model=a:2")
        await daemon.waitForPendingJobs(2)
        #expect(try await exposition(of: daemon).values("fovea_pending_requests") == ["model=a": 2])
        gate.signal()
        #expect(await [one.status, two.status] == [200, 200])
    }

    @Test("No label holds what a client sent")
    func closedLabels() async throws {
        let daemon = try TestDaemon()
        let text = "needle"
        let unheard = try #require(HTTPRequest.Method("NEEDLE"))
        let fields: HTTPFields = [.requestID: text, .userAgent: text, .contentEncoding: text]
        for method in [HTTPRequest.Method.get, .post, .put, unheard, .options] {
            for target in [
                "/\(text)", "/models/\(text)", "/images/\(text)", "/classify?model=\(text)", "/requests/\(text)",
            ] {
                _ = await daemon.send(method, target, body: Array(text.utf8))
                _ = await daemon.send(method, target, fields: fields, body: Array(text.utf8))
            }
        }
        let exposition = try await exposition(of: daemon)
        #expect(exposition.labelValues.filter { $0.lowercased().contains(text) } == [])
        let patterns = FoveaApplication.routeTypes.flatMap { $0.patterns }
        let known = patterns.map { String($0.drop { $0 != " " }.dropFirst()) } + ["none"]
        let samples = exposition.families["fovea_requests_total"]?.samples ?? []
        #expect(samples.count > 5)
        #expect(Set(samples.compactMap { $0.labels["route"] }).subtracting(known) == [])
    }
}
