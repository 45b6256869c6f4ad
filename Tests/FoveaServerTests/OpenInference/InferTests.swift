import Dispatch
import FoveaHTTP
import FoveaJSON
import FoveaStore
import HTTPTypes
import Testing

@testable import FoveaServer

@Suite struct InferTests {
    private func infer(
        _ daemon: TestDaemon, _ json: String, _ tensors: [UInt8]? = nil, path: String = "/v2/models/toy/infer",
        fields: HTTPFields = [:]
    ) async -> Answer {
        let header = Array(json.utf8)
        var fields = fields
        if tensors != nil { fields[.inferenceHeaderLength] = "\(header.count)" }
        return await daemon.send(.post, path, fields: fields, body: header + (tensors ?? []))
    }

    private func images(_ images: [[UInt8]], _ more: String = "") -> String {
        let data = images.map(Pictures.base64).joined(separator: ",")
        return #"{"inputs":[{"name":"image","datatype":"BYTES","shape":[\#(images.count)],"data":[\#(data)]}]\#(more)}"#
    }

    /// The header of a request whose tensor follows as bytes.
    private func header(_ name: String, _ datatype: String, _ shape: String, _ more: String = "") -> String {
        #"{"inputs":[{"name":"\#(name)","datatype":"\#(datatype)","shape":\#(shape)}]\#(more)}"#
    }

    /// The elements of an output that follows the JSON as bytes.
    private func bytes(of output: Int, _ answer: Answer) throws -> [UInt8] {
        let length = try #require(answer.fields[.inferenceHeaderLength].flatMap { Int($0) })
        let json = try JSONParser.parse(Array(answer.body[..<length]), limits: .init(bytes: length))
        let sizes = (json["outputs"]?.array ?? []).map {
            Int($0["parameters"]?["binary_data_size"]?.number ?? 0)
        }
        let start = length + sizes[..<output].reduce(0, +)
        return Array(answer.body[start..<start + sizes[output]])
    }

    @Test("Photographs as base64 in JSON are answered in JSON, with the request's id, by the model that the path names")
    func imagesInJSON() async throws {
        let daemon = try TestDaemon([ModelFolder("toy/1", scores: [5, 5, 5]), ModelFolder("toy/2")])
        let answer = await infer(daemon, images([Pictures.png, Pictures.jpeg], #","id":"r""#))
        let json = try answer.json
        #expect(answer.status == 200)
        #expect(answer.fields[.contentType] == "application/json")
        #expect(answer.fields[.inferenceHeaderLength] == nil)
        #expect(
            json.shape == "{model_name:string,model_version:string,id:string,"
                + "outputs:[{name:string,datatype:string,shape:[number],data:[number]}]}")
        #expect(json["model_version"]?.string == "2")
        #expect(json["id"]?.string == "r")
        #expect(json["outputs"]?[0]?["shape"]?.array.map(\.number) == [2, 3])
        #expect(json["outputs"]?[0]?["data"]?.array.map(\.number) == [1, 3, 2, 1, 3, 2])
        #expect(abs((json["outputs"]?[1]?["data"]?[1]?.number ?? 0) - 0.665_241) < 1e-5)
        let first = await infer(daemon, images([Pictures.png]), path: "/v2/models/toy/versions/1/infer")
        #expect(try first.json["model_version"]?.string == "1")
    }

    @Test("A request with several photographs is one request in the statistics, and as many inferences")
    func statistics() async throws {
        let daemon = try TestDaemon()
        #expect(await infer(daemon, images([Pictures.png, Pictures.jpeg])).status == 200)
        #expect(await infer(daemon, images([Pictures.png, Pictures.broken])).status != 200)
        let model = try await daemon.send(.get, "/v2/models/toy/stats").json["model_stats"]?[0]
        #expect(model?["inference_stats"]?["success"]?["count"]?.number == 1)
        #expect(model?["inference_stats"]?["fail"]?["count"]?.number == 1)
        #expect((model?["inference_count"]?.number ?? 0) >= 2)
    }

    @Test("Photographs and prepared images as bytes are answered with bytes where that is asked for")
    func binary() async throws {
        let daemon = try TestDaemon()
        let wish = #","parameters":{"binary_data_output":true},"outputs":[{"name":"logits"}]"#
        let image = await infer(
            daemon, header("image", "BYTES", "[2,1]", wish), TensorBytes.strings([Pictures.png, Pictures.jpeg]))
        #expect(image.fields[.contentType] == "application/octet-stream")
        #expect(try bytes(of: 0, image) == TensorBytes.fp32([1, 3, 2, 1, 3, 2]))
        let zeros = [Float](repeating: 0, count: 2 * 3 * 8 * 8)
        for (datatype, tensor) in [
            ("FP32", TensorBytes.fp32(zeros)), ("FP16", TensorBytes.fp16(zeros)),
            ("FP64", TensorBytes.fp64(zeros.map(Double.init))),
        ] {
            let answer = await infer(daemon, header("input", datatype, "[2,3,8,8]", wish), tensor)
            #expect(try bytes(of: 0, answer) == TensorBytes.fp32([1, 3, 2, 1, 3, 2]))
        }
    }

    @Test("The tensor's axes are batch, channel, row and column")
    func layout() async throws {
        var folder = ModelFolder("toy")
        folder.card = #"{"task": "classify", "architecture": "toy_corner", "weights": "w.safetensors"}"#
        let daemon = try TestDaemon([folder])
        // The corner at the lower left of the image `n` and channel `c` is 10 n + c.
        var tensor = [Float](repeating: -7, count: 2 * 3 * 8 * 8)
        for n in 0..<2 {
            for c in 0..<3 { tensor[(n * 3 + c) * 64 + 7 * 8] = Float(10 * n + c) }
        }
        let wish = #","outputs":[{"name":"logits"}]"#
        let answer = await infer(daemon, header("input", "FP32", "[2,3,8,8]", wish), TensorBytes.fp32(tensor))
        #expect(try answer.json["outputs"]?[0]?["data"]?.array.map(\.number) == [0, 1, 2, 10, 11, 12])
    }

    @Test("A body that is a tensor and nothing else is answered with bytes")
    func raw() async throws {
        let daemon = try TestDaemon()
        for body in [Pictures.png, TensorBytes.fp32([Float](repeating: 0, count: 192))] {
            let answer = await daemon.send(
                .post, "/v2/models/toy/infer", fields: [.inferenceHeaderLength: "0"], body: body)
            #expect(answer.status == 200)
            #expect(try bytes(of: 0, answer) == TensorBytes.fp32([1, 3, 2]))
            #expect(try bytes(of: 1, answer).count == 12)
        }
        let empty = await daemon.send(.post, "/v2/models/toy/infer", fields: [.inferenceHeaderLength: "0"])
        try empty.requireError(400, "invalid_tensor")
    }

    @Test("The best classes come as strings")
    func classification() async throws {
        let wish = #","outputs":[{"name":"logits","parameters":{"classification":2}}]"#
        let json = try await infer(TestDaemon(), images([Pictures.png], wish)).json
        #expect(json["outputs"]?[0]?["data"]?.array.map(\.string) == ["3.0:1:dog", "2.0:2:fox"])
    }

    @Test("A bad image in a batch fails the request, which names it, and no other request")
    func badImage() async throws {
        let daemon = try TestDaemon()
        async let good = infer(daemon, images([Pictures.jpeg]))
        let broken = await infer(daemon, images([Pictures.png, Pictures.broken]))
        let json = try broken.requireError(422, "undecodable_image")
        #expect(json["error"]?.string?.hasPrefix("image 1: ") == true)
        try await infer(daemon, images([Pictures.gif])).requireError(415, "unsupported_media_type")
        #expect(await good.status == 200)
    }

    @Test("What the model does not take is refused with the daemon's own bounds")
    func invalid() async throws {
        let daemon = try TestDaemon { $0.maxBatch = 2 }
        let many = try await infer(daemon, images([Pictures.png, Pictures.png, Pictures.png]))
            .requireError(400, "invalid_tensor")
        #expect(many["limit"]?.number == 2)
        #expect(many["got"]?.number == 3)
        for json in [
            header("pixels", "FP32", "[1,3,8,8]"), header("input", "FP32", "[1,3,9,8]"),
            header("image", "BYTES", "[1]", #","outputs":[{"name":"boxes"}]"#),
        ] {
            try await infer(daemon, json, [0]).requireError(400, "invalid_tensor")
        }
        try await infer(daemon, "").requireError(400, "malformed_request")
        try await infer(daemon, "{}", [], fields: [.contentEncoding: "gzip"])
            .requireError(415, "unsupported_media_type")
    }

    @Test("The length of the JSON must be a number, once, and within the body", arguments: ["x", "-1", "", "3", "+1"])
    func headerLength(text: String) async throws {
        let answer = try await TestDaemon().send(
            .post, "/v2/models/toy/infer", fields: [.inferenceHeaderLength: text], body: Array("{}".utf8))
        try answer.requireError(400, "malformed_request")
    }

    @Test(
        "A model that is not there is not found, from the head",
        arguments: ["none", "toy:1", "toy/versions/2", "toy/versions/x"])
    func unknown(model: String) async throws {
        let answer = try await infer(TestDaemon(), images([Pictures.png]), path: "/v2/models/\(model)/infer")
        try answer.requireError(404, "model_not_found")
        #expect(answer.isRefusal)
    }

    @Test("A time allowed in the parameters or in the head ends the wait")
    func timeout() async throws {
        let daemon = try TestDaemon()
        let gate = daemon.block()
        for (parameters, fields) in [
            (#","parameters":{"timeout":20000}"#, [:]), ("", [.requestTimeout: "20"]),
            (#","parameters":{"timeout":3600000000}"#, [.requestTimeout: "20"]),
        ] as [(String, HTTPFields)] {
            let answer = await infer(daemon, images([Pictures.png], parameters), fields: fields)
            try answer.requireError(504, "deadline_exceeded")
        }
        gate.signal()
        let long = await infer(daemon, images([Pictures.png], #","parameters":{"timeout":30000000,"priority":1}"#))
        #expect(long.status == 200)
    }

    @Test("A full queue refuses from the head")
    func queueFull() async throws {
        let daemon = try TestDaemon { $0.queueCapacity = 1 }
        let gate = daemon.block()
        async let waiting = infer(daemon, images([Pictures.png]))
        await daemon.waitForPendingJobs(1)
        let refused = await infer(daemon, images([Pictures.png]))
        try refused.requireError(503, "queue_full")
        #expect(refused.isRefusal)
        gate.signal()
        #expect(await waiting.status == 200)
    }

    @Test("The log knows the model, the first image and the stages")
    func log() async throws {
        let daemon = try TestDaemon()
        _ = await infer(daemon, images([Pictures.turned, Pictures.png]))
        let row = try #require(try await daemon.rows.first)
        #expect(row.route == "/v2/models/{model}/infer")
        #expect(row.model == "toy")
        #expect(row.imageSHA256 == Pictures.id(Pictures.turned))
        #expect(row.width == 331)
        #expect(row.topLabel == "dog")
        #expect(row.timings.inference != nil)
    }
}
