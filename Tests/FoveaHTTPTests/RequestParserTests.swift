@testable import FoveaHTTP
import HTTPTypes
import Testing

@Suite struct RequestParserTests {
    @Test("A head gives method, path, query, authority and fields")
    func head() throws {
        let head = try #require(
            transcript("GET /a%20b?x=1?y HTTP/1.1\r\nHost: h.test:80\r\nX-A: \t v \t\r\n\r\n").heads.first)
        #expect(head.method == .get)
        #expect(head.path == "/a%20b")
        #expect(head.query == "x=1?y")
        #expect(head.authority == "h.test:80")
        #expect(head.fields[try #require(HTTPField.Name("x-a"))] == "v")
        #expect(head.version == RequestHead.Version(major: 1, minor: 1))
        #expect(head.contentLength == nil)
    }

    @Test(
        "The target's forms give path, query and authority",
        arguments: [
            ("GET", "/", "/", nil, "h"), ("GET", "/?", "/", "", "h"), ("OPTIONS", "*", "*", nil, "h"),
            ("GET", "http://o.test/p?q", "/p", "q", "o.test"), ("GET", "HTTP://o.test:8?q", "/", "q", "o.test:8"),
            ("GET", "http://[::1]:80/p", "/p", nil, "[::1]:80"), ("OPTIONS", "http://o.test", "*", nil, "o.test"),
            ("GET", "//x", "//x", nil, "h"),
        ] as [(String, String, String, String?, String)])
    func target(method: String, target: String, path: String, query: String?, authority: String) throws {
        let head = try #require(transcript("\(method) \(target) HTTP/1.1\r\nHost: h\r\n\r\n").heads.first)
        #expect(head.path == path)
        #expect(head.query == query)
        #expect(head.authority == authority)
    }

    @Test(
        "Targets that are none of the four forms are refused",
        arguments: [
            ("GET", "*", 400), ("GET", "a", 400), ("GET", "/%4", 400), ("GET", "/%zz", 400), ("GET", "/?%", 400),
            ("GET", "/a|b", 400), ("GET", "/a#b", 400), ("GET", "/\u{E9}", 400), ("GET", "https://h/", 421),
            ("GET", "ftp://h/", 400), ("GET", "http:///", 400), ("GET", "http://u@h/", 400),
            ("GET", "http://h:65536/", 400), ("GET", "http://[::1/", 400), ("CONNECT", "h", 400),
            ("CONNECT", "h:443", 501), ("CONNECT", "/", 400),
        ])
    func badTarget(method: String, target: String, status: Int) {
        #expect(transcript("\(method) \(target) HTTP/1.1\r\nHost: h\r\n\r\n").failure?.status.code == status)
    }

    @Test(
        "Host is a host and perhaps a port, once",
        arguments: [
            ("h", true), ("h:", true), ("h:0", true), ("1.2.3.4:65535", true), ("[::1]", true), ("h%41", true),
            ("", false), (":80", false), ("h:65536", false), ("h:a", false), ("[::1", false), ("[]", false),
            ("[::1]x", false), ("a/b", false), ("u@h", false), ("h h", false), ("h\r\nHost: h", false),
        ])
    func host(text: String, isValid: Bool) {
        let result = transcript("GET / HTTP/1.1\r\nHost: \(text)\r\n\r\n")
        #expect(result.failure?.status.code == (isValid ? nil : 400))
    }

    @Test("HTTP/1.0 needs no Host and lives for one request")
    func oldVersion() throws {
        var parser = RequestParser(limits: HTTPLimits())
        var position = 0
        let bytes = Array("GET / HTTP/1.0\r\n\r\n".utf8)
        guard case .head(let parsed) = parser.parse(bytes.span, from: &position) else {
            Issue.record("no head")
            return
        }
        #expect(parsed.isPersistent == false)
        #expect(parsed.head.authority == nil)
    }

    @Test("Two requests in one piece come apart")
    func pipelined() {
        let one = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
        let two =
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2;x=\"a\\\"\" ; y\r\nde\r\n0\r\nT: u\r\n\r\n"
        #expect(transcript(one + two).bodies == [Array("abc".utf8), Array("de".utf8)])
    }

    @Test("A request cut at any byte is incomplete, never wrong")
    func cut() {
        let text = "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nde\r\n0\r\nT: u\r\n\r\n"
        for end in 1..<text.utf8.count {
            let result = ParserTranscript(Array(text.utf8.prefix(end)), pieces: end)
            #expect(result.events == [.incomplete], "cut at \(end)")
        }
    }

    @Test("A skipped body is skipped, and the next request follows")
    func discard() throws {
        var parser = RequestParser(limits: HTTPLimits())
        var position = 0
        let bytes = Array(
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabcGET /n HTTP/1.1\r\nHost: h\r\n\r\n".utf8)
        guard case .head = parser.parse(bytes.span, from: &position) else {
            Issue.record("the parser stopped early")
            return
        }
        try parser.discardBody(upTo: 3)
        guard case .discarded = parser.parse(bytes.span, from: &position) else {
            Issue.record("the parser stopped early")
            return
        }
        guard case .head(let next) = parser.parse(bytes.span, from: &position) else {
            Issue.record("the parser stopped early")
            return
        }
        #expect(next.head.path == "/n")
    }

    @Test("Random bytes and damaged requests never trap, and cuts change nothing")
    func damaged() {
        var generator = SystemRandomNumberGenerator()
        let valid = Array(
            "POST /a?b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nde\r\n0\r\n\r\n".utf8)
        for _ in 0..<2000 {
            var bytes = valid
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let at = Int.random(in: bytes.indices, using: &generator)
                bytes[at] = [0, 10, 13, 32, 44, 58, 59, 0x80, 0xFF].randomElement(using: &generator) ?? 0
            }
            let whole = ParserTranscript(bytes, pieces: bytes.count)
            #expect(ParserTranscript(bytes, pieces: 1) == whole, "\(bytes)")
        }
    }
}
