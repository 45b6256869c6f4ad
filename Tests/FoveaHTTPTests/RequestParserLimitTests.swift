@testable import FoveaHTTP
import HTTPTypes
import Testing

/// Every limit of the parser at one below, at, and one above.
@Suite struct RequestParserLimitTests {
    /// The status of the failure, or 0 if there is none.
    private func status(_ text: String, _ change: (inout HTTPLimits) -> Void = { _ in }, maxBytes: Int = 1000) -> Int {
        var limits = HTTPLimits()
        change(&limits)
        let result = transcript(text, limits: limits, maxBytes: maxBytes)
        #expect(result.failure != nil || result.heads.count == 1)
        return result.failure?.status.code ?? 0
    }

    private func get(_ fields: String = "", path: String = "/") -> String {
        "GET \(path) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n"
    }

    private func chunked(_ chunks: String) -> String {
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(chunks)"
    }

    private func letters(_ count: Int) -> String { String(repeating: "a", count: count) }

    @Test(arguments: [(-1, 0), (0, 0), (1, 414)])
    func requestLine(by offset: Int, expected: Int) {
        let fixed = "GET / HTTP/1.1".utf8.count
        #expect(status(get(path: "/" + letters(8192 - fixed + offset))) == expected)
    }

    @Test(arguments: [(-1, 0), (0, 0), (1, 431)])
    func fieldLine(by offset: Int, expected: Int) {
        #expect(status(get("X: " + letters(8192 - 3 + offset) + "\r\n")) == expected)
    }

    @Test(arguments: [(-1, 0), (0, 0), (1, 431)])
    func fieldSection(by offset: Int, expected: Int) {
        let fixed = "Host: a\r\nX: \r\n".utf8.count
        let text = get("X: " + letters(500 - fixed + offset) + "\r\n")
        #expect(status(text) { $0.fieldSectionBytes = 500 } == expected)
    }

    @Test(arguments: [(-1, 0), (0, 0), (1, 431)])
    func fieldCount(by offset: Int, expected: Int) {
        #expect(status(get(String(repeating: "X: y\r\n", count: 99 + offset))) == expected)
    }

    @Test(arguments: [(-1, 0), (0, 0), (1, 400)])
    func emptyLines(by offset: Int, expected: Int) {
        #expect(status(String(repeating: "\r\n", count: 8 + offset) + get()) == expected)
    }

    @Test(arguments: [(-1, 0), (0, 0), (1, 413)])
    func bodyOfKnownLength(by offset: Int, expected: Int) {
        let length = 1000 + offset
        #expect(status("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(length)\r\n\r\n" + letters(length)) == expected)
    }

    @Test(arguments: [(-1, 0), (0, 0), (1, 413)])
    func chunkedBody(by offset: Int, expected: Int) {
        let second = String(600 + offset, radix: 16)
        let text = "190\r\n\(letters(400))\r\n\(second)\r\n\(letters(600 + offset))\r\n0\r\n\r\n"
        #expect(status(chunked(text)) == expected)
    }

    @Test(arguments: [(-1, 0), (0, 0), (1, 400)])
    func chunkSizeDigits(by offset: Int, expected: Int) {
        #expect(status(chunked(String(repeating: "0", count: 15 + offset) + "1\r\na\r\n0\r\n\r\n")) == expected)
    }

    @Test(arguments: [(-1, 0), (0, 0), (1, 400)])
    func chunkLine(by offset: Int, expected: Int) {
        #expect(status(chunked("1;" + letters(4094 + offset) + "\r\na\r\n0\r\n\r\n")) == expected)
    }

    @Test(arguments: [(-1, 0), (0, 0), (1, 413)])
    func chunkExtensions(by offset: Int, expected: Int) {
        let text = "1;\(letters(49))\r\na\r\n1;\(letters(49 + offset))\r\na\r\n0\r\n\r\n"
        #expect(status(chunked(text)) { $0.chunkExtensionBytes = 100 } == expected)
    }

    @Test(arguments: [(-1, 0), (0, 0), (1, 413)])
    func chunkCount(by offset: Int, expected: Int) {
        let text = String(repeating: "1\r\na\r\n", count: 20 + offset) + "0\r\n\r\n"
        #expect(status(chunked(text)) { $0.chunkCount = 20 } == expected)
    }

    @Test(arguments: [(-1, 0), (0, 0), (1, 431)])
    func trailerBytes(by offset: Int, expected: Int) {
        let fixed = "X: \r\n".utf8.count
        let text = "0\r\nX: \(letters(200 - fixed + offset))\r\n\r\n"
        #expect(status(chunked(text)) { $0.trailerBytes = 200 } == expected)
    }

    @Test("Trailer fields count towards the limit of the head's", arguments: [(-1, 0), (0, 0), (1, 431)])
    func trailerCount(by offset: Int, expected: Int) {
        let text = "0\r\n" + String(repeating: "X: y\r\n", count: 98 + offset) + "\r\n"
        #expect(status(chunked(text)) == expected)
    }

    @Test("A method longer than a request line may be is 501")
    func methodTooLong() {
        #expect(status(letters(9000) + " / HTTP/1.1\r\n\r\n") == 501)
    }

    @Test("A huge declared length costs no memory before its bytes are here")
    func declaredLength() {
        let result = transcript(
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775806\r\n\r\nabc", maxBytes: .max)
        #expect(result.events == [.incomplete])
    }

    @Test("Many tiny chunks take linear time and no stack")
    func tinyChunks() {
        let text = chunked(String(repeating: "1\r\na\r\n", count: 65536) + "0\r\n\r\n")
        let result = ParserTranscript(Array(text.utf8), pieces: text.utf8.count)
        #expect(result.bodies.first?.count == 65536)
    }
}
