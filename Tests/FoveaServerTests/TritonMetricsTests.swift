import Dispatch
import HTTPTypes
import Testing

@testable import FoveaServer
@testable import FoveaServing

@Suite struct TritonMetricsTests {
    private static let names: Set = [
        "nv_inference_request_success", "nv_inference_request_failure", "nv_inference_count",
        "nv_inference_exec_count", "nv_inference_request_duration_us", "nv_inference_queue_duration_us",
        "nv_inference_compute_input_duration_us", "nv_inference_compute_infer_duration_us",
        "nv_inference_compute_output_duration_us", "nv_inference_pending_request_count",
    ]

    private func exposition(of daemon: TestDaemon) async throws -> Exposition {
        try Exposition(await daemon.send(.get, "/metrics").text)
    }

    @Test("Triton's names are there when they are asked for, each with its type, and else not")
    func names() async throws {
        let plain = try await exposition(of: TestDaemon())
        #expect(plain.families.keys.filter { $0.hasPrefix("nv_") } == [])
        let text = try await exposition(of: TestDaemon { $0.metricsCompat = .triton })
        let families = text.families.values.filter { $0.name.hasPrefix("nv_") }
        #expect(Set(families.map(\.name)) == Self.names)
        #expect(families.filter { $0.kind == "gauge" }.map(\.name) == ["nv_inference_pending_request_count"])
        #expect(families.filter { $0.kind == "counter" }.count == 9)
    }

    @Test("The counters say what each version has answered, and why it has not")
    func counts() async throws {
        let daemon = try TestDaemon([ModelFolder("a/1"), ModelFolder("a/2")]) {
            $0.metricsCompat = .triton
            $0.queueCapacity = 1
        }
        for _ in 0..<3 { _ = await daemon.classify() }
        _ = await daemon.classify(Pictures.png, "?model=a:1")
        _ = await daemon.classify(Pictures.broken)
        let gate = daemon.block()
        async let waiting = daemon.classify()
        await daemon.waitForPendingJobs(1)
        let during = try await exposition(of: daemon)
        #expect(
            during.values("nv_inference_pending_request_count") == ["model=a,version=1": 0, "model=a,version=2": 1])
        gate.signal()
        #expect(await waiting.status == 200)

        let text = try await exposition(of: daemon)
        let answered: [String: Double] = ["model=a,version=1": 1, "model=a,version=2": 4]
        for name in ["nv_inference_request_success", "nv_inference_count", "nv_inference_exec_count"] {
            #expect(text.values(name) == answered, "\(name)")
        }
        #expect(
            text.values("nv_inference_request_failure") == [
                "model=a,reason=REJECTED,version=1": 0, "model=a,reason=CANCELED,version=1": 0,
                "model=a,reason=OTHER,version=1": 0, "model=a,reason=REJECTED,version=2": 0,
                "model=a,reason=CANCELED,version=2": 0, "model=a,reason=OTHER,version=2": 1,
            ])
        let total = try #require(text.values("nv_inference_request_duration_us")["model=a,version=2"])
        let stages = ["queue", "compute_input", "compute_infer", "compute_output"].compactMap {
            text.values("nv_inference_\($0)_duration_us")["model=a,version=2"]
        }
        #expect(stages.count == 4)
        #expect(stages.allSatisfy { $0 >= 0 })
        #expect(stages.reduce(0, +) <= total)
        #expect((stages.max() ?? 0) > 0)
    }

    @Test("Sizes of batches are counted in the bucket they fit, and their sum is the images")
    func batchSizes() throws {
        var values = ModelStatistics.Values()
        for (size, runs) in [(1, 5), (3, 2), (4, 1), (129, 1)] {
            var stages = ModelStatistics.Stages()
            stages.infer.count = runs
            values.batches[size] = stages
            values.inferences += size * runs
        }
        var sizes = BatchSizes()
        sizes.add(values)
        #expect(sizes.counts == [5, 0, 3, 0, 0, 0, 0, 0, 1])
        #expect(sizes.images == 144)
        var text = PrometheusText()
        text.family("b", .histogram, "Sizes.")
        text.histogram("b", ("model", "m"), sizes)
        let exposition = try Exposition(String(decoding: text.bytes, as: UTF8.self))
        #expect(exposition.values("b_bucket")["le=4,model=m"] == 8)
        #expect(exposition.values("b_sum") == ["model=m": 144])
        #expect(exposition.values("b_count") == ["model=m": 9])
    }
}
