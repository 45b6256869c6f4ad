import Foundation
import Synchronization
import Testing

@testable import FoveaServing

@Suite struct HTTPDownloadTests {
    /// 300 kB that don't repeat.
    private static let content: [UInt8] = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
    private static let tag = "ETag: \"v1\""
    private let folder: TemporaryFolder
    private let part: PartialFile
    private let digest: SHA256Digest
    private let download = {
        var download = HTTPDownload(byteLimit: 300_000)
        (download.attempts, download.retryDelay, download.idleTimeout) = (3, 0, 10)
        return download
    }()

    init() throws {
        folder = try TemporaryFolder()
        part = PartialFile(path: folder.path + "/model.part")
        digest = try FileSystem.digest(of: folder.write(Self.content, to: "original"))
    }

    /// The whole file, or from where the request asks.
    private static func ranged(_ head: String, first count: Int? = nil) -> [UInt8] {
        guard let start = offset(in: head) else {
            return LocalServer.answer("200 OK", [tag], body: content, first: count)
        }
        let range = "Content-Range: bytes \(start)-\(content.count - 1)/\(content.count)"
        return LocalServer.answer("206 Partial Content", [tag, range], body: Array(content[start...]), first: count)
    }

    private static func offset(in head: String) -> Int? {
        let line = head.lowercased().split(separator: "\r\n").first { $0.hasPrefix("range: bytes=") }
        return line.flatMap { Int($0.dropFirst("range: bytes=".count).dropLast()) }
    }

    @discardableResult
    private func fetch(
        from server: LocalServer, _ path: String = "/model.pth", expected: ExpectedDigest? = nil,
        limit: Int? = nil, progress: @escaping HTTPDownload.Progress = { _, _ in }
    ) throws(DownloadError) -> SHA256Digest {
        var download = download
        download.byteLimit = limit ?? download.byteLimit
        return try download.fetch(
            server.address(path), into: part, expected: expected ?? .whole(digest), progress: progress)
    }

    private func received() throws -> [UInt8] { try FileSystem.contents(of: part.path, limit: 1 << 20) }

    @Test("A file is fetched whole, in one request, and its progress is told to the end")
    func whole() throws {
        let server = try LocalServer { _, head in Self.ranged(head) }
        defer { server.stop() }
        let last = Mutex((received: 0, total: Int?.none))
        let got = try fetch(from: server) { received, total in last.withLock { $0 = (received, total) } }
        #expect(got == digest)
        #expect(try received() == Self.content)
        #expect(last.withLock { $0.received } == 300_000)
        #expect(last.withLock { $0.total } == 300_000)
        #expect(server.requests.count == 1)
        #expect(Self.offset(in: server.requests[0]) == nil)
        #expect(try folder.files() == ["model.part", "original"])
    }

    @Test("The first digits of the digest are enough where no more are known")
    func prefix() throws {
        let server = try LocalServer { _, head in Self.ranged(head) }
        defer { server.stop() }
        #expect(try fetch(from: server, expected: .prefix(String(digest.description.prefix(8)))) == digest)
    }

    @Test("A cut connection is followed by a request for the rest of the same file")
    func cut() throws {
        let server = try LocalServer { index, head in Self.ranged(head, first: index == 0 ? 100_000 : nil) }
        defer { server.stop() }
        #expect(try fetch(from: server) == digest)
        #expect(try received() == Self.content)
        #expect(server.requests.count == 2)
        #expect(Self.offset(in: server.requests[1]) == 100_000)
        #expect(server.requests[1].lowercased().contains("if-range: \"v1\"\r\n"))
    }

    @Test("What one call leaves behind the next one completes")
    func resumed() throws {
        let server = try LocalServer { index, head in Self.ranged(head, first: index < 3 ? 50_000 : nil) }
        defer { server.stop() }
        #expect(throws: DownloadError.cut(got: 150_000, expected: 300_000)) { try fetch(from: server) }
        #expect(try received().count == 150_000)
        #expect(try fetch(from: server) == digest)
        #expect(server.requests.map { Self.offset(in: $0) } == [nil, 50_000, 100_000, 150_000])
    }

    @Test("A file that was complete when an earlier call was stopped isn't asked for again")
    func complete() throws {
        let server = try LocalServer { _, head in Self.ranged(head) }
        defer { server.stop() }
        try part.restart(address: server.address("/model.pth"), validator: "\"v1\"").write(Self.content)
        #expect(try fetch(from: server) == digest)
        #expect(server.requests.count == 0)
        #expect(try folder.files() == ["model.part", "original"])
    }

    @Test("A server that ignores the range sends the file anew, and nothing is doubled")
    func ignoredRange() throws {
        let server = try LocalServer { index, _ in
            LocalServer.answer("200 OK", [Self.tag], body: Self.content, first: index == 0 ? 100_000 : nil)
        }
        defer { server.stop() }
        #expect(try fetch(from: server) == digest)
        #expect(try received() == Self.content)
        #expect(server.requests.count == 2)
    }

    @Test("Without a validator, or from another address, a download starts over")
    func noValidator() throws {
        let server = try LocalServer { index, _ in
            LocalServer.answer("200 OK", body: Self.content, first: index == 0 ? 100_000 : nil)
        }
        defer { server.stop() }
        #expect(try fetch(from: server) == digest)
        #expect(server.requests.map { Self.offset(in: $0) } == [nil, nil])

        try part.restart(address: "http://127.0.0.1/other", validator: "\"v1\"").write([1])
        #expect(part.resumption(of: "http://127.0.0.1/other") == .init(offset: 1, validator: "\"v1\""))
        #expect(part.resumption(of: "http://127.0.0.1/model.pth") == nil)
    }

    @Test("A rest that begins elsewhere than asked, and a refused range, start over", arguments: [true, false])
    func wrongRange(answersPart: Bool) throws {
        let server = try LocalServer { index, head in
            switch index {
            case 0: Self.ranged(head, first: 100_000)
            case 1 where answersPart:
                LocalServer.answer("206 Partial Content", ["Content-Range: bytes 7-8/9"], body: [1, 2])
            case 1: LocalServer.answer("416 Range Not Satisfiable", ["Content-Range: bytes */9"])
            default: Self.ranged(head)
            }
        }
        defer { server.stop() }
        #expect(try fetch(from: server) == digest)
        #expect(server.requests.map { Self.offset(in: $0) } == [nil, 100_000, nil])
    }

    @Test("A wrong file is thrown away and its digest told")
    func wrongDigest() throws {
        let server = try LocalServer { _, _ in LocalServer.answer("200 OK", [Self.tag], body: Array("abc".utf8)) }
        defer { server.stop() }
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(throws: DownloadError.wrongDigest(expected: digest.description, got: abc)) { try fetch(from: server) }
        #expect(try folder.files() == ["original"])
    }

    @Test(
        "An answer that says no is final, one that says later is asked again",
        arguments: [(404, 1), (403, 1), (500, 3), (503, 3), (429, 3)])
    func refused(status: Int, requests: Int) throws {
        let server = try LocalServer { _, _ in LocalServer.answer("\(status) No", body: Array("no".utf8)) }
        defer { server.stop() }
        #expect(throws: DownloadError.status(status, address: server.address("/model.pth"))) { try fetch(from: server) }
        #expect(server.requests.count == requests)
        #expect(try folder.files() == ["original"])
    }

    @Test("Redirects are followed with the range kept")
    func redirect() throws {
        let server = try LocalServer { index, head in
            if head.hasPrefix("GET /model.pth") { return LocalServer.answer("302 Found", ["Location: /there"]) }
            return Self.ranged(head, first: index == 1 ? 100_000 : nil)
        }
        defer { server.stop() }
        #expect(try fetch(from: server) == digest)
        #expect(server.requests.map { $0.hasPrefix("GET /there") } == [false, true, false, true])
        #expect(server.requests.map { Self.offset(in: $0) } == [nil, nil, 100_000, 100_000])
    }

    @Test("A circle of redirects ends")
    func redirectCircle() throws {
        let server = try LocalServer { _, _ in LocalServer.answer("302 Found", ["Location: /model.pth"]) }
        defer { server.stop() }
        #expect(throws: DownloadError.tooManyRedirects(limit: 5)) { try fetch(from: server) }
        #expect(server.requests.count == 6)
    }

    @Test(
        "A redirect away from what is safe is refused",
        arguments: ["http://192.0.2.1/x", "ftp://127.0.0.1/x"])
    func unsafeRedirect(target: String) throws {
        let server = try LocalServer { _, _ in LocalServer.answer("302 Found", ["Location: \(target)"]) }
        defer { server.stop() }
        #expect(throws: DownloadError.insecureAddress(target)) { try fetch(from: server) }
    }

    @Test("A file larger than the limit is refused when announced, one of the limit's size is not")
    func tooLarge() throws {
        let server = try LocalServer { _, head in Self.ranged(head) }
        defer { server.stop() }
        #expect(throws: DownloadError.tooLarge(got: 300_000, limit: 299_999)) {
            try fetch(from: server, limit: 299_999)
        }
        #expect(try fetch(from: server, limit: 300_000) == digest)
    }

    @Test("A file that turns out larger than the limit without an announcement is refused")
    func tooLargeUnannounced() throws {
        let server = try LocalServer { _, _ in
            Array("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".utf8) + Self.content
        }
        defer { server.stop() }
        let error = #expect(throws: DownloadError.self) { try fetch(from: server, limit: 1000) }
        guard case .tooLarge(let got, 1000) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(got > 1000)
        #expect(try FileSystem.size(of: part.path) <= 1000)
    }

    @Test("Nobody listening is a failure with the address in it")
    func nobody() throws {
        let server = try LocalServer { _, _ in [] }
        server.stop()
        let text = errorText { try fetch(from: server) }
        #expect(text?.hasPrefix(server.address("/model.pth") + ": ") == true)
    }

    @Test(
        "Only HTTPS is fetched, and HTTP from this machine itself",
        arguments: [
            "http://example.org/x", "http://127.0.0.1.example.org/x", "http://127.1/x", "http://2130706433/x",
            "ftp://a/x",
            "file:///etc/passwd", "x", "", "https://", "//a/x",
        ])
    func insecure(address: String) {
        #expect(throws: DownloadError.insecureAddress(address)) { try DownloadAddress(address) }
    }

    @Test(arguments: [
        "https://example.org/x", "HTTPS://a", "http://127.0.0.1:8/x", "http://[::1]:8/x", "http://localhost/x",
    ])
    func secure(address: String) {
        #expect(throws: Never.self) { try DownloadAddress(address) }
    }

    @Test("A redirect never leads from HTTPS to HTTP, not even on this machine")
    func downgrade() throws {
        let address = try DownloadAddress("https://127.0.0.1/x")
        #expect(throws: DownloadError.insecureAddress("http://127.0.0.1/x")) {
            try address.redirected(to: #require(URL(string: "http://127.0.0.1/x")))
        }
    }
}
