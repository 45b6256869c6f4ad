import FoveaJSON
import FoveaStore
import HTTPTypes
import Testing

@testable import FoveaServer

@Suite struct StoredImagesTests {
    private static let id = Pictures.id(Pictures.turned)

    @Test("An image is uploaded, asked about in every way, fetched, deleted, and gone")
    func life() async throws {
        let daemon = try TestDaemon()
        let stored = await daemon.send(.put, "/images", body: Pictures.turned)
        #expect(stored.status == 201)
        #expect(stored.fields[.location] == "/images/\(Self.id)")
        let json = try stored.json
        #expect(json.shape == "{image:{width:number,height:number,sha256:string},request_id:string}")
        #expect(json["image"]?["width"]?.number == 331)
        #expect(json["image"]?["height"]?.number == 217)
        #expect(json["image"]?["sha256"]?.string == Self.id)

        for answer in [
            await daemon.send(.post, "/images/\(Self.id)/classify"),
            await daemon.send(.post, "/images/\(Self.id.uppercased())/classify?top_k=1"),
            await daemon.send(.post, "/classify", fields: [.imageSHA256: Self.id]),
            await daemon.classify(json: "{\"image\": {\"sha256\": \"\(Self.id)\"}}"),
        ] {
            #expect(answer.status == 200)
            #expect(try answer.json["image"]?["sha256"]?.string == Self.id)
        }
        let fetched = await daemon.send(.get, "/images/\(Self.id)")
        #expect(fetched.body == Pictures.turned)
        #expect(fetched.fields[.contentType] == "image/jpeg")
        #expect(fetched.fields[.eTag] == "\"\(Self.id)\"")

        #expect(try await daemon.rows.last?.imageSHA256 == Self.id)

        #expect(await daemon.send(.delete, "/images/\(Self.id)").status == 204)
        try await daemon.send(.delete, "/images/\(Self.id)").requireError(404, "image_not_found")
        try await daemon.send(.get, "/images/\(Self.id)").requireError(404, "image_not_found")
        try await daemon.send(.post, "/images/\(Self.id)/classify").requireError(404, "image_not_found")
        #expect(await daemon.send(.head, "/images/\(Self.id)").status == 404)
    }

    @Test("Uploading the same image again changes nothing, and says so with 200")
    func twice() async throws {
        let daemon = try TestDaemon()
        let first = await daemon.send(.put, "/images", body: Pictures.png)
        let second = await daemon.send(.put, "/images", body: Pictures.png)
        #expect([first.status, second.status] == [201, 200])
        #expect(try first.json["image"] == second.json["image"])
        #expect(daemon.storedBytes == Pictures.png.count)
    }

    @Test("Only an image within the limits is kept")
    func refused() async throws {
        let daemon = try TestDaemon {
            $0.maxImagePixels = 10_000
            $0.imageStoreBytes = 3000
        }
        try await daemon.send(.put, "/images").requireError(415, "unsupported_media_type")
        try await daemon.send(.put, "/images", body: Pictures.gif).requireError(415, "unsupported_media_type")
        try await daemon.send(.put, "/images", body: Array(Pictures.jpeg.prefix(20)))
            .requireError(422, "undecodable_image")
        let pixels = try await daemon.send(.put, "/images", body: Pictures.turned).requireError(413, "image_too_large")
        #expect(pixels["limit"]?.number == 10_000)
        let bytes = try await daemon.send(.put, "/images", body: Pictures.jpeg).requireError(413, "image_too_large")
        #expect(bytes["limit"]?.number == 3000)
        #expect(bytes["got"]?.number == Double(Pictures.jpeg.count))
        #expect(daemon.storedBytes == 0)
    }

    @Test("A name that is no sha256 is refused", arguments: ["x", "..%2F..%2Fetc%2Fpasswd", "%F0%9F%90%88"])
    func invalidName(name: String) async throws {
        let daemon = try TestDaemon()
        for method in [HTTPRequest.Method.get, .delete] {
            try await daemon.send(method, "/images/\(name)").requireError(400, "invalid_parameter")
        }
        try await daemon.send(.post, "/images/\(name)/classify").requireError(400, "invalid_parameter")
    }

    @Test("A path that names an image takes options from the body, and no second image")
    func optionsOnly() async throws {
        let daemon = try TestDaemon()
        _ = await daemon.send(.put, "/images", body: Pictures.png)
        let path = "/images/\(Pictures.id(Pictures.png))/classify"
        let json: HTTPFields = [.contentType: "application/json"]
        let answer = await daemon.send(.post, path, fields: json, body: Array(#"{"top_k": 1}"#.utf8))
        #expect(try answer.json["predictions"]?.array.count == 1)
        try await daemon.send(.post, path, body: Pictures.png).requireError(400, "invalid_parameter")
    }

    @Test("Uploaded images are there after a restart")
    func restart() async throws {
        let daemon = try TestDaemon()
        _ = await daemon.send(.put, "/images", body: Pictures.turned)
        daemon.close()
        let next = try TestDaemon(folder: daemon.folder)
        #expect(await next.send(.get, "/images/\(Self.id)").body == Pictures.turned)
    }
}
