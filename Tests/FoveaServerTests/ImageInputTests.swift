import FoveaHTTP
import HTTPTypes
import Testing

@testable import FoveaServer

@Suite struct ImageInputTests {
    private func input(
        _ body: String, type: String? = nil, query: String? = nil, fields: HTTPFields = [:], path: String? = nil
    ) throws(APIError) -> ImageInput<ClassifyOptions> {
        var fields = fields
        if let type { fields[.contentType] = type }
        let head = RequestHead(method: .post, path: "/classify", query: query, fields: fields)
        let request = Request(head: head, body: Array(body.utf8), receivedAt: .now)
        return try ImageInput<ClassifyOptions>(of: request, pathSHA256: path, maxBatch: 3)
    }

    private static let id = String(repeating: "ab", count: 32)

    @Test("The body itself is the image, whatever its type says")
    func raw() throws {
        for type in [nil, "image/jpeg", "application/x-www-form-urlencoded", "text/plain"] {
            let input = try input("xyz", type: type, query: "top_k=7&model=m%3A2&exact=true&unknown=")
            #expect(input.sources == [.bytes([0x78, 0x79, 0x7A])])
            #expect(input.options.topK == 7)
            #expect(input.options.model == "m:2")
            #expect(input.options.exact)
            #expect(!input.isBatch)
        }
    }

    @Test("JSON brings base64, a data URI, an uploaded image, or a list")
    func json() throws {
        let type = "application/json; charset=utf-8"
        #expect(try input(#"{"image":"eHl6","top_k":2}"#, type: type).sources == [.bytes([0x78, 0x79, 0x7A])])
        #expect(try input(#"{"image":"eHl6","top_k":2}"#, type: type).options.topK == 2)
        #expect(
            try input(#"{"image":"data:image/png;base64,eHl6"}"#, type: type).sources == [.bytes([0x78, 0x79, 0x7A])])
        let stored = try input("{\"image\":{\"sha256\":\"\(Self.id.uppercased())\"}}", type: type)
        #expect(stored.sources == [.stored(sha256: Self.id)])
        let batch = try input(#"{"images":["eHl6","eA=="]}"#, type: type)
        #expect(batch.isBatch)
        #expect(batch.sources.count == 2)
    }

    @Test(
        "What does not fit is refused with its code",
        arguments: [
            ("", nil, "unsupported_media_type"), (#"{"image":"eHl6"}"#, nil, "unsupported_media_type"),
            (#"{"prompts":[]}"#, "application/x-www-form-urlencoded", "unsupported_media_type"),
            ("{", "application/json", "malformed_request"),
            ("[]", "application/json", "malformed_request"), ("{}", "application/json", "invalid_parameter"),
            (#"{"image":7}"#, "application/json", "invalid_parameter"),
            (#"{"image":"?"}"#, "application/json", "invalid_parameter"),
            (#"{"image":"eA==","images":[]}"#, "application/json", "invalid_parameter"),
            (#"{"image":"eA==","top_k":0}"#, "application/json", "invalid_parameter"),
            (#"{"image":"eA==","top_k":"3"}"#, "application/json", "invalid_parameter"),
            (#"{"image":{"sha256":"../../etc/passwd"}}"#, "application/json", "invalid_parameter"),
            (#"{"images":["eA==","eA==","eA==","eA=="]}"#, "application/json", "body_too_large"),
            (String(repeating: "[", count: 100_000), "application/json", "malformed_request"),
            ("x", "multipart/form-data", "malformed_request"),
            ("--b\r\n\r\nx\r\n--b--\r\n", "multipart/form-data; boundary=b", "malformed_request"),
        ])
    func refused(body: String, type: String?, code: String) throws {
        let error = #expect(throws: APIError.self) { try input(body, type: type) }
        #expect(error?.code.rawValue == code)
    }

    @Test("An image is named by the path, or by the header of a request without a body")
    func named() throws {
        let fields: HTTPFields = [.imageSHA256: Self.id]
        #expect(try input("", fields: fields).sources == [.stored(sha256: Self.id)])
        #expect(try input("", path: Self.id).sources == [.stored(sha256: Self.id)])
        #expect(try input("xyz", fields: fields).sources == [.bytes([0x78, 0x79, 0x7A])])
        #expect(throws: APIError.self) { try input("xyz", path: Self.id) }
        #expect(throws: APIError.self) { try input("", path: "x") }
    }

    @Test("A form's parts named image make a batch, the others are options")
    func form() throws {
        let part = "--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n\r\nxyz\r\n"
        let option = "--b\r\nContent-Disposition: form-data; name=\"top_k\"\r\n\r\n9\r\n"
        let type = "multipart/form-data; boundary=b"
        let one = try input(part + option + "--b--\r\n", type: type)
        #expect(one.sources == [.bytes([0x78, 0x79, 0x7A])])
        #expect(one.options.topK == 9)
        #expect(!one.isBatch)
        let two = try input(part + part + "--b--\r\n", type: type)
        #expect(two.sources.count == 2)
        #expect(two.isBatch)
    }
}
