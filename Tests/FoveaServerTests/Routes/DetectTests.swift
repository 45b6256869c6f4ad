import FoveaJSON
import FoveaStore
import HTTPTypes
import Testing

@testable import FoveaImage
@testable import FoveaServer

@Suite struct DetectTests {
    private static let one =
        "{predictions:[{box:[number],class_id:number,label:string,score:number}],request_id:string,"
        + "model:{name:string,version:string},image:{width:number,height:number,sha256:string},"
        + "timings_ms:{decode:number,queue:number,inference:number,total:number}}"
    private let daemon: TestDaemon

    init() throws { daemon = try TestDaemon([.detector(), ModelFolder("toy")]) }

    private func detect(_ image: [UInt8] = Pictures.png, _ query: String = "", fields: HTTPFields = [:]) async -> Answer
    {
        await daemon.send(.post, "/detect" + query, fields: fields, body: image)
    }

    private func detect(json: String) async -> Answer {
        await daemon.send(.post, "/detect", fields: [.contentType: "application/json"], body: Array(json.utf8))
    }

    private func labels(_ answer: Answer) throws -> [String] {
        #expect(answer.status == 200, "\(answer.text.prefix(300))")
        return try answer.json["predictions"]?.array.compactMap { $0["label"]?.string } ?? []
    }

    @Test("The answer has the members of the description, best first, in pixels of the upright photograph")
    func answer() async throws {
        let answer = await detect(Pictures.turned, fields: [.requestID: "r-1"])
        let json = try answer.json
        #expect(json.shape == Self.one)
        #expect(try labels(answer) == ["dog", "cat"])
        #expect(json["predictions"]?.array.map { $0["class_id"]?.number } == [1, 0])
        #expect(json["predictions"]?[0]?["score"]?.number == 0.75)
        #expect(json["request_id"]?.string == "r-1")
        #expect(json["model"] == ["name": "finder", "version": "1"])
        #expect(json["image"]?["sha256"]?.string == Pictures.id(Pictures.turned))
        // One to five of eight columns, one to three of eight rows, of 331 by 217 pixels.
        let box = (json["predictions"]?[0]?["box"]?.array ?? []).compactMap(\.number)
        for (got, expected) in zip(box, [331.0 / 8, 217.0 / 8, 331 * 5.0 / 8, 217 * 3.0 / 8]) {
            #expect(abs(got - expected) < 1e-4)
        }
        #expect(box.count == 4)
        #expect(answer.fields[.serverTiming]?.hasPrefix("decode;dur=") == true)
    }

    @Test("A photograph comes as the body, by PUT, as a form, as base64, and by its sha256")
    func ways() async throws {
        let (id, base64) = (Pictures.id(Pictures.png), Pictures.base64(Pictures.png))
        _ = await daemon.send(.put, "/images", body: Pictures.png)
        let form = Form(images: [Pictures.png])
        for answer in [
            await detect(), await daemon.send(.put, "/detect", body: Pictures.png),
            await daemon.send(.post, "/detect", fields: Form.type, body: form.body),
            await detect(json: "{\"image\": \(base64)}"), await detect(json: "{\"image\": {\"sha256\": \"\(id)\"}}"),
            await daemon.send(.post, "/detect", fields: [.imageSHA256: id]),
            await daemon.send(.post, "/images/\(id)/detect"),
        ] {
            #expect(try labels(answer) == ["dog", "cat"])
            #expect(try answer.json["image"]?["sha256"]?.string == id)
        }
    }

    @Test("A card's classifier names what is found, and the detector says so when it is not there")
    func classifier() async throws {
        var folder = ModelFolder.detector()
        folder.card = folder.card.replacing("}", with: #", "classifier": "toy"}"#)
        let daemon = try TestDaemon([folder, ModelFolder("toy")])
        let answer = await daemon.send(.post, "/detect", body: Pictures.png)
        let first = try answer.json["predictions"]?[0]
        #expect(
            first?.shape == "{box:[number],class_id:number,label:string,score:number,"
                + "classification:{class_id:number,label:string,score:number}}")
        #expect(first?["classification"]?["label"]?.string == "dog")
        let picture = await daemon.send(.post, "/detect", fields: [.accept: "image/png"], body: Pictures.png)
        #expect(picture.status == 200)

        let alone = try TestDaemon([folder])
        let refusal = await alone.send(.post, "/detect", body: Pictures.png)
        #expect(refusal.status == 503)
        #expect(try refusal.json["code"]?.string == "model_not_ready")
        #expect(refusal.text.contains("fovea models pull toy"))
    }

    @Test("Several photographs are answered in order, and a bad one fails alone")
    func batch() async throws {
        let entry =
            "{predictions:[{box:[number],class_id:number,label:string,score:number}],"
            + "image:{width:number,height:number,sha256:string},"
            + "timings_ms:{decode:number,queue:number,inference:number}}"
        let form = Form(images: [Pictures.png, Pictures.broken, Pictures.jpeg])
        let json = try await daemon.send(.post, "/detect", fields: Form.type, body: form.body).json
        #expect(json["results"]?.array.map(\.shape) == [entry, "{error:string,code:string}", entry])
        #expect(json["results"]?[2]?["image"]?["width"]?.number == 97)
        let one = try await detect(json: "{\"images\": [\(Pictures.base64(Pictures.png))]}").json
        #expect(one["results"]?.array.count == 1)
    }

    @Test("Options mean the same in the query, the form and JSON")
    func options() async throws {
        let base64 = Pictures.base64(Pictures.png)
        for (name, value, expected) in [
            ("score_threshold", "0.8", []), ("score_threshold", "0", ["dog", "cat", "fox"]),
            ("max_detections", "1", ["dog"]),
            ("iou_threshold", "1", ["dog", "cat"]), ("class_agnostic", "true", ["dog", "cat"]),
            ("exact", "true", ["dog", "cat"]),
        ] as [(String, String, [String])] {
            let form = Form(images: [Pictures.png], options: [name: value])
            for answer in [
                await detect(Pictures.png, "?\(name)=\(value)"),
                await daemon.send(.post, "/detect", fields: Form.type, body: form.body),
                await detect(json: "{\"image\": \(base64), \"\(name)\": \(value)}"),
            ] {
                #expect(try labels(answer) == expected, "\(name)=\(value)")
            }
        }
    }

    @Test("Tiles are counted in the answer, and too many are refused with both numbers")
    func tiles() async throws {
        let tiled = await detect(Pictures.jpeg, "?tiles=64x48")
        #expect(try tiled.json["tiles"]?.number == 4)
        let base64 = Pictures.base64(Pictures.png)
        #expect(try await detect(json: "{\"image\": \(base64), \"tiles\": \"auto\"}").json["tiles"]?.number == 6)
        #expect(try await detect(Pictures.png, "?tiles=29x23").json["tiles"]?.number == 0)
        let json = try await detect(Pictures.jpeg, "?tiles=4x4").requireError(400, "invalid_parameter")
        #expect(json["limit"]?.number == 100)
        #expect(json["got"]?.number == 800)
        try await detect(Pictures.gif, "?tiles=auto").requireError(415, "unsupported_media_type")
        try await detect(Pictures.broken, "?tiles=auto").requireError(422, "undecodable_image")
    }

    @Test(
        "An option that can't be meant is refused",
        arguments: [
            "score_threshold=1.1", "score_threshold=-0.1", "score_threshold=nan", "score_threshold=x",
            "iou_threshold=2",
            "iou_threshold=inf", "max_detections=0", "max_detections=1001", "max_detections=1.5",
            "max_detections=99999999999999999999", "class_agnostic=1", "tiles=1", "tiles=0x5", "tiles=", "exact=1",
            "render=mask",
        ])
    func invalid(query: String) async throws {
        try await detect(Pictures.png, "?" + query).requireError(400, "invalid_parameter")
    }

    @Test(
        "An option of the wrong type in JSON is refused",
        arguments: [
            #""score_threshold":"0.5""#, #""iou_threshold":null"#, #""max_detections":1.5"#, #""max_detections":1e300"#,
            #""class_agnostic":1"#, #""tiles":640"#, #""tiles":"x""#, #""render":true"#, #""model":1"#, #""exact":0"#,
        ])
    func invalidJSON(member: String) async throws {
        try await detect(json: "{\"image\": \(Pictures.base64(Pictures.png)), \(member)}")
            .requireError(400, "invalid_parameter")
    }

    @Test("A picture has the size of the photograph and boxes on it; it shows one photograph")
    func picture() async throws {
        let png: HTTPFields = [.accept: "image/png"]
        let answer = await detect(Pictures.turned, "?render=overlay", fields: png)
        #expect(answer.status == 200)
        #expect(answer.fields[.contentType] == "image/png")
        let picture = try Image(decoding: answer.body[...])
        let photograph = try Image(decoding: Pictures.turned[...])
        #expect((picture.width, picture.height) == (331, 217))
        #expect(picture != photograph)
        let none = await detect(Pictures.turned, "?score_threshold=1", fields: png)
        #expect(try Image(decoding: none.body[...]) == photograph)
        let form = Form(images: [Pictures.png, Pictures.png])
        try await daemon.send(
            .post, "/detect", fields: [.accept: "image/png", .contentType: "multipart/form-data; boundary=b"],
            body: form.body
        ).requireError(400, "invalid_parameter")
        try await detect(Pictures.broken, fields: png).requireError(422, "undecodable_image")
    }

    @Test("The log has the best prediction and the stages, and the metrics the route")
    func log() async throws {
        _ = await detect(Pictures.turned)
        let row = try #require(try await daemon.rows.first)
        #expect(row.route == "/detect")
        #expect(row.model == "finder")
        #expect(row.topLabel == "dog")
        #expect(row.topScore == 0.75)
        #expect((row.width, row.height) == (331, 217))
        #expect(row.timings.inference != nil)
        let exposition = try Exposition(await daemon.send(.get, "/metrics").text)
        #expect(exposition.values("fovea_requests_total")["code=200,model=finder,route=/detect"] == 1)
    }

    @Test("Without a detector the answer says how to get one, and models for other tasks are refused")
    func noDetector() async throws {
        let plain = try TestDaemon()
        let json = try await plain.send(.post, "/detect", body: Pictures.png).requireError(503, "model_not_ready")
        #expect(json["error"]?.string?.contains("fovea models add") == true)
        try await detect(Pictures.png, "?model=toy").requireError(400, "invalid_parameter")
        try await daemon.classify(Pictures.png, "?model=finder").requireError(400, "invalid_parameter")
        let models = try await daemon.send(.get, "/models").json["models"]?.array ?? []
        #expect(models.map { $0["task"]?.string } == ["detect", "classify"])
        #expect(models.map { $0["classes"]?.number } == [3, 3])
        #expect(models.map { $0["default"] } == [true, true])
    }

    @Test("A detector whose numbers are none is not ready, and the other models are")
    func broken() async throws {
        let daemon = try TestDaemon([.detector(scores: [.nan, .nan]), ModelFolder("toy")])
        let json = try await daemon.send(.post, "/detect", body: Pictures.png).requireError(503, "model_not_ready")
        #expect(json["error"]?.string?.contains("not finite numbers") == true)
        #expect(await daemon.classify().status == 200)
    }

    @Test("A number that is none never reaches the answer, and no answer is anything but JSON")
    func partlyBroken() async throws {
        let daemon = try TestDaemon([.detector(scores: [0.5, 7])])
        let answer = await daemon.send(.post, "/detect", body: Pictures.png)
        #expect(try labels(answer) == ["cat"])
    }
}
