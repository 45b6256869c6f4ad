import Dispatch
import FoveaJSON
import HTTPTypes
import Testing

@testable import FoveaServer
@testable import FoveaServing

@Suite struct PrewarmTests {
    private let daemon: TestDaemon

    init() throws { daemon = try TestDaemon([.segmenter()]) }

    private func prewarm(_ json: String) async -> Answer {
        await daemon.send(
            .post, "/segment/prewarm", fields: [.contentType: "application/json"], body: Array(json.utf8))
    }

    private func location(_ answer: Answer) -> String { answer.fields[.location] ?? "" }

    /// The data of each server-sent event of a job, with its event's name, until the job is over.
    private func events(_ path: String) async throws -> [(event: String, data: JSONValue)] {
        let answer = await daemon.send(.get, path, fields: [.accept: "text/event-stream"])
        #expect(answer.fields[.contentType] == "text/event-stream")
        #expect(!answer.isCut)
        let events = answer.text.split(separator: "\n\n").map { $0.split(separator: "\n") }
        return try events.map { lines in
            let (event, data) = (try #require(lines.first), try #require(lines.last))
            let bytes = Array(data.dropFirst(6).utf8)
            return (
                String(event.dropFirst(7)), try JSONParser.parse(bytes, limits: .init(bytes: bytes.count, depth: 8))
            )
        }
    }

    @Test("Photographs are kept and encoded in the background, and the first click finds the embedding")
    func life() async throws {
        _ = await daemon.send(.put, "/images", body: Pictures.jpeg)
        let accepted = await prewarm(
            #"{"images": [\#(Pictures.base64(Pictures.png)), {"sha256": "\#(Pictures.id(Pictures.jpeg))"}]}"#)
        #expect(accepted.status == 202)
        #expect(
            try accepted.json.shape
                == "{job:{id:string,state:string,total:number,done:number,failed:number,images:[{sha256:string,"
                + "state:string}]},request_id:string}")
        let path = try #require(accepted.fields[.location])
        let events = try await events(path)
        #expect(events.dropLast().allSatisfy { $0.event == "progress" })
        let last = try #require(events.last)
        #expect(last.event == "done")
        #expect(last.data["done"] == 2)
        #expect(last.data["images"]?.array.map { $0["embedding"]?.string } == ["miss", "miss"])

        for picture in [Pictures.png, Pictures.jpeg] {
            let click = await daemon.send(.post, "/images/\(Pictures.id(picture))/segment?point=3,3")
            #expect(try click.json["embedding"]?.string == "memory")
        }
        let again = await prewarm(#"{"image": {"sha256": "\#(Pictures.id(Pictures.jpeg))"}}"#)
        let known = try await self.events(location(again))
        #expect(known.last?.data["images"]?[0]?["embedding"]?.string == "memory")
        let state = await daemon.send(.get, path)
        #expect(try state.json["job"]?["state"]?.string == "done")
    }

    @Test("A photograph that can't be encoded fails alone, and says why")
    func failures() async throws {
        let unknown = String(repeating: "0", count: 64)
        let accepted = await daemon.send(
            .post, "/segment/prewarm", fields: Form.type,
            body: Form(images: [Pictures.gif, Pictures.broken, Pictures.png]).body)
        let events = try await events(location(accepted))
        let last = try #require(events.last)
        #expect(last.data["done"] == 1)
        #expect(last.data["failed"] == 2)
        let images = try #require(last.data["images"]?.array)
        #expect(
            images.map { $0["code"]?.string } == ["unsupported_media_type", "undecodable_image", nil])
        #expect(images[0]["error"]?.string?.isEmpty == false)
        let missing = await prewarm(#"{"images": [{"sha256": "\#(unknown)"}]}"#)
        let event = try await self.events(location(missing)).last
        #expect(event?.data["images"]?[0]?["code"]?.string == "image_not_found")
    }

    @Test("Somebody who waits comes first, and who wants a photograph of a job makes it urgent")
    func urgency() async throws {
        let gate = daemon.block()
        let accepted = await prewarm(#"{"images": [\#(Pictures.base64(Pictures.png))]}"#)
        await daemon.waitForWaitingEntries(1)
        async let other = daemon.segment(Pictures.jpeg)
        await daemon.waitForWaitingEntries(2)
        async let same = daemon.segment(Pictures.png, "?point=3,3")
        while daemon.context.registry.embeddings.requests[.joined] != 1 { await Task.yield() }
        gate.signal()
        #expect(try await other.json["embedding"]?.string == "miss")
        #expect(try await same.json["embedding"]?.string == "joined")
        let event = try await events(location(accepted)).last
        #expect(event?.data["images"]?[0]?["embedding"]?.string == "miss")
    }

    @Test("A cancelled job encodes nothing more; one that nobody knows is not found")
    func cancelling() async throws {
        let gate = daemon.block()
        let accepted = await prewarm(
            #"{"images": [\#(Pictures.base64(Pictures.png)), \#(Pictures.base64(Pictures.jpeg))]}"#)
        await daemon.waitForWaitingEntries(1)
        let path = try #require(accepted.fields[.location])
        let running = await daemon.send(.get, path)
        #expect(try running.json["job"]?["state"]?.string == "running")
        #expect(try running.json["job"]?["images"]?[0]?["state"]?.string == "running")
        #expect(await daemon.send(.delete, path).status == 204)
        gate.signal()
        let events = try await events(path)
        #expect(events.last?.data["state"]?.string == "cancelled")
        #expect(await daemon.send(.delete, path).status == 204)
        #expect(try await daemon.segment(Pictures.jpeg).json["embedding"]?.string == "miss")
        try await daemon.send(.get, "/segment/jobs/nosuch").requireError(404, "not_found")
        try await daemon.send(.delete, "/segment/jobs/nosuch").requireError(404, "not_found")
        try await daemon.send(.get, "/segment/jobs/nosuch", fields: [.accept: "text/event-stream"])
            .requireError(404, "not_found")
    }

    @Test("A job for no model, for another task or without a photograph is refused at once; so is one too many")
    func refusals() async throws {
        try await prewarm(#"{"images": []}"#).requireError(400, "invalid_parameter")
        try await prewarm(#"{"image": \#(Pictures.base64(Pictures.png)), "model": "x"}"#)
            .requireError(404, "model_not_found")
        let gate = daemon.block()
        var answers: [Answer] = []
        let one = #"{"image": \#(Pictures.base64(Pictures.png))}"#
        for _ in 0..<PrewarmJobs.mostWaiting + 2 { answers.append(await prewarm(one)) }
        try answers.last?.requireError(503, "queue_full")
        #expect(answers.first?.status == 202)
        daemon.context.prewarm.stop()
        gate.signal()
        try await prewarm(one).requireError(503, "draining")
        let path = try #require(answers.first?.fields[.location])
        #expect(try await events(path).last?.data["state"]?.string == "cancelled")
    }
}

extension TestDaemon {
    /// Returns when `count` jobs wait for the compute pool, those that nobody waits for included.
    func waitForWaitingEntries(_ count: Int) async {
        while context.registry.scheduler.pending < count { await Task.yield() }
    }
}
