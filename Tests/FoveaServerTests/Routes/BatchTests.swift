import Dispatch
import FoveaJSON
import HTTPTypes
import Testing

@testable import FoveaServer

@Suite struct BatchTests {
    private static let entry =
        "{predictions:[{class_id:number,label:string,score:number}],"
        + "image:{width:number,height:number,sha256:string},"
        + "timings_ms:{decode:number,queue:number,inference:number}}"
    private static let batch =
        "{results:[\(entry)],request_id:string,model:{name:string,version:string},timings_ms:{total:number}}"

    @Test("A list of images is answered in order, in the form's way and in JSON's")
    func order() async throws {
        let daemon = try TestDaemon()
        let images = [Pictures.png, Pictures.jpeg, Pictures.turned]
        let list = images.map(Pictures.base64).joined(separator: ",")
        for answer in [
            await daemon.send(.post, "/classify", fields: Form.type, body: Form(images: images).body),
            await daemon.classify(json: "{\"images\": [\(list)]}"),
        ] {
            let json = try answer.json
            #expect(answer.status == 200)
            #expect(json.shape == Self.batch)
            #expect(json["results"]?.array.map { $0["image"]?["sha256"]?.string } == images.map(Pictures.id))
        }
    }

    @Test("A list of one is a batch in JSON")
    func one() async throws {
        let answer = try await TestDaemon().classify(json: "{\"images\": [\(Pictures.base64(Pictures.png))]}")
        #expect(try answer.json["results"]?.array.count == 1)
    }

    @Test("A bad image fails alone, with its own error")
    func badOnes() async throws {
        let missing = String(repeating: "0", count: 64)
        let sources =
            [Pictures.png, Pictures.broken, Pictures.gif].map(Pictures.base64) + ["{\"sha256\": \"\(missing)\"}"]
        let answer = try await TestDaemon().classify(json: "{\"images\": [\(sources.joined(separator: ","))]}")
        let results = try #require(try answer.json["results"]).array
        #expect(answer.status == 200)
        #expect(results[0].shape == Self.entry)
        #expect(results.dropFirst().map(\.shape) == [String](repeating: "{error:string,code:string}", count: 3))
        #expect(
            results.dropFirst().map { $0["code"]?.string }
                == ["undecodable_image", "unsupported_media_type", "image_not_found"])
    }

    @Test("More images than allowed are refused with both numbers")
    func tooMany() async throws {
        let daemon = try TestDaemon { $0.maxBatch = 2 }
        let form = Form(images: [Pictures.png, Pictures.png, Pictures.png])
        let answer = await daemon.send(.post, "/classify", fields: Form.type, body: form.body)
        let json = try answer.requireError(413, "body_too_large")
        #expect(json["limit"]?.number == 2)
        #expect(json["got"]?.number == 3)
    }

    @Test("The images of a batch that find no place are refused alone")
    func fullQueue() async throws {
        let daemon = try TestDaemon { $0.queueCapacity = 1 }
        let gate = daemon.block()
        let form = Form(images: [Pictures.png, Pictures.png])
        async let answer = daemon.send(.post, "/classify", fields: Form.type, body: form.body)
        await daemon.waitForPendingJobs(1)
        gate.signal()
        let results = try await answer.json["results"]?.array ?? []
        #expect(results.count == 2)
        #expect(results.contains { $0.shape == Self.entry })
        #expect(results.compactMap { $0["code"]?.string }.allSatisfy { $0 == "queue_full" })
    }
}
