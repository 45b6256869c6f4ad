@testable import FoveaHTTP
import HTTPTypes
import Testing

@Suite struct ResponseHeadTests {
    private func text(
        _ status: HTTPResponse.Status = .ok, _ fields: HTTPFields = [:], _ framing: ResponseHead.Framing = .length(3),
        closes: Bool = false
    ) -> String {
        let head = ResponseHead(
            status: status, fields: fields, framing: framing, closes: closes, date: Array("today".utf8))
        return String(decoding: head.serialized(extraCapacity: 0), as: UTF8.self)
    }

    private let standard = "Server: fovea\r\nX-Content-Type-Options: nosniff\r\nDate: today\r\n"

    @Test("The standard fields and the framing are the connection's")
    func standardFields() {
        let fields: HTTPFields = [
            .contentLength: "99", .transferEncoding: "gzip", .connection: "upgrade", .date: "never", .server: "x",
            .contentType: "a/b",
        ]
        #expect(text(.ok, fields) == "HTTP/1.1 200 OK\r\n\(standard)Content-Length: 3\r\nContent-Type: a/b\r\n\r\n")
        #expect(text(.ok, [:], .chunked) == "HTTP/1.1 200 OK\r\n\(standard)Transfer-Encoding: chunked\r\n\r\n")
        #expect(text(.noContent, [:], .none, closes: true).hasSuffix("today\r\nConnection: close\r\n\r\n"))
    }

    @Test("A status without a phrase keeps its space")
    func unknownStatus() {
        #expect(text(HTTPResponse.Status(code: 599)).hasPrefix("HTTP/1.1 599 \r\n"))
    }

    @Test("No value can end its line")
    func injection() throws {
        let name = try #require(HTTPField.Name("X-A"))
        let fields = HTTPFields([HTTPField(name: name, lenientValue: Array("a\r\nX-Injected: b\0c\td".utf8))])
        let head = text(HTTPResponse.Status(code: 200, reasonPhrase: "a\r\nb"), fields)
        #expect(head.split(separator: "\r\n").count == 6)
        #expect(head.contains("\td\r\n"))
    }

    @Test("Framing follows method, status and version")
    func framing() {
        let stream = Response(status: .ok, body: .stream { _ in })
        let bytes = Response(status: .ok, fields: [.contentLength: "7"], body: .bytes([]))
        let new = RequestHead.Version(major: 1, minor: 1)
        let old = RequestHead.Version(major: 1, minor: 0)
        #expect(stream.framing(method: .get, version: new) == .chunked)
        #expect(stream.framing(method: .get, version: old) == .close)
        #expect(bytes.framing(method: .get, version: new) == .length(0))
        #expect(bytes.framing(method: .head, version: new) == .length(7))
        #expect(Response(status: .noContent).framing(method: .get, version: new) == .none)
        #expect(Response(status: .notModified).framing(method: .get, version: new) == .none)
    }

    @Test(
        "Dates are in IMF-fixdate",
        arguments: [
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (951_868_799, "Tue, 29 Feb 2000 23:59:59 GMT"),
            (951_868_800, "Wed, 01 Mar 2000 00:00:00 GMT"), (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
            (1_735_689_599, "Tue, 31 Dec 2024 23:59:59 GMT"),
        ])
    func date(seconds: Int, expected: String) {
        #expect(HTTPDate.format(secondsSince1970: seconds) == expected)
    }
}
