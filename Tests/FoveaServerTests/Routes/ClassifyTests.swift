import Dispatch
import FoveaHTTP
import FoveaJSON
import FoveaStore
import HTTPTypes
import Testing

@testable import FoveaServer

@Suite struct ClassifyTests {
    private static let one =
        "{predictions:[{class_id:number,label:string,score:number}],request_id:string,"
        + "model:{name:string,version:string},image:{width:number,height:number,sha256:string},"
        + "timings_ms:{decode:number,queue:number,inference:number,total:number}}"

    @Test("The answer has the members of the description, best prediction first, and the softmax as scores")
    func answer() async throws {
        let answer = try await TestDaemon().classify(Pictures.turned, fields: [.requestID: "r-1"])
        let json = try answer.json
        #expect(answer.status == 200)
        #expect(json.shape == Self.one)
        #expect(json["predictions"]?.array.map { $0["class_id"]?.number } == [1, 2, 0])
        #expect(json["predictions"]?.array.map { $0["label"]?.string } == ["dog", "fox", "cat"])
        // exp(3), exp(2) and exp(1) over their sum.
        for (prediction, expected) in zip(json["predictions"]?.array ?? [], [0.665_241, 0.244_728, 0.090_031]) {
            #expect(abs((prediction["score"]?.number ?? 0) - expected) < 1e-5)
        }
        #expect(json["request_id"]?.string == "r-1")
        #expect(json["model"]?["name"]?.string == "toy")
        #expect(json["model"]?["version"]?.string == "1")
        #expect(json["image"]?["width"]?.number == 331)
        #expect(json["image"]?["height"]?.number == 217)
        #expect(json["image"]?["sha256"]?.string == Pictures.id(Pictures.turned))
    }

    @Test("Server-Timing names the stages, on one image and on a batch")
    func serverTiming() async throws {
        let daemon = try TestDaemon()
        let one = await daemon.classify()
        let names = (one.fields[.serverTiming] ?? "").split(separator: ", ").map { $0.prefix { $0 != ";" } }
        #expect(names == ["decode", "queue", "inference", "total"])
        let form = Form(images: [Pictures.png, Pictures.jpeg])
        let batch = await daemon.send(.post, "/classify", fields: Form.type, body: form.body)
        #expect(batch.fields[.serverTiming]?.hasPrefix("total;dur=") == true)
    }

    @Test(
        "top_k cuts the list, wherever it stands, and more than there are classes gives all", arguments: [1, 2, 1000])
    func topK(count: Int) async throws {
        let daemon = try TestDaemon()
        let form = Form(images: [Pictures.png], options: ["top_k": "\(count)"])
        let base64 = Pictures.base64(Pictures.png)
        for answer in [
            await daemon.classify(Pictures.png, "?top_k=\(count)"),
            await daemon.send(.post, "/classify", fields: Form.type, body: form.body),
            await daemon.classify(json: "{\"image\": \(base64), \"top_k\": \(count)}"),
        ] {
            #expect(try answer.json["predictions"]?.array.count == min(count, 3))
        }
    }

    @Test("An option out of its range is refused", arguments: ["top_k=0", "top_k=1001", "top_k=x", "exact=maybe"])
    func invalidOption(query: String) async throws {
        try await TestDaemon().classify(Pictures.png, "?" + query).requireError(400, "invalid_parameter")
    }

    @Test("A query with a broken escape is refused")
    func malformedQuery() async throws {
        try await TestDaemon().classify(Pictures.png, "?top_k=%z").requireError(400, "malformed_request")
    }

    @Test("No image, another format, a broken image and one too large are told apart")
    func badImages() async throws {
        let daemon = try TestDaemon { $0.maxImagePixels = 1000 }
        try await daemon.classify([]).requireError(415, "unsupported_media_type")
        try await daemon.classify(Pictures.gif).requireError(415, "unsupported_media_type")
        let large = try await daemon.classify(Pictures.jpeg).requireError(413, "image_too_large")
        #expect(large["limit"]?.number == 1000)
        #expect(large["got"]?.number == 7275)
        #expect(await daemon.classify(Pictures.png).status == 200)
        try await TestDaemon().classify(Pictures.broken).requireError(422, "undecodable_image")
        let long = try await TestDaemon { $0.maxImageSide = 96 }.classify(Pictures.jpeg)
            .requireError(413, "image_too_large")
        #expect(long["limit"]?.number == 96)
        #expect(long["got"]?.number == 97)
    }

    @Test("A full queue refuses from the head, and lets in again once there is room")
    func queueFull() async throws {
        let daemon = try TestDaemon { $0.queueCapacity = 1 }
        let gate = daemon.block()
        async let waiting = daemon.classify()
        await daemon.waitForPendingJobs(1)
        let refused = await daemon.classify()
        let json = try refused.requireError(503, "queue_full")
        #expect(refused.isRefusal)
        #expect(json["limit"]?.number == 1)
        let form = Form(images: [Pictures.png])
        #expect(await daemon.send(.post, "/classify", fields: Form.type, body: form.body).isRefusal)
        gate.signal()
        #expect(await waiting.status == 200)
        #expect(await daemon.classify().status == 200)
    }

    @Test("An answer that takes too long is given up")
    func deadline() async throws {
        let daemon = try TestDaemon { $0.inferenceTimeout = 0.02 }
        let gate = daemon.block()
        try await daemon.classify().requireError(504, "deadline_exceeded")
        gate.signal()
        #expect(daemon.pendingJobs == 0)
    }

    @Test("A request whose client left is no failure of the server")
    func cancelled() async throws {
        let daemon = try TestDaemon()
        let gate = daemon.block()
        let task = Task { await daemon.send(.post, "/classify", body: Pictures.png, outcome: .clientGone) }
        await daemon.waitForPendingJobs(1)
        task.cancel()
        #expect(await task.value.status == 499)
        gate.signal()
        #expect(try await daemon.rows.map(\.status) == [499])
    }
}
