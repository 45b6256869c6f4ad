import FoveaHTTP
import Testing

/// The conformance set over a loopback socket, with a small application behind the server.
@Suite struct ConformanceSocketTests {
    private static let server = try? TestServer(limits: { $0.connectionsPerAddress = 1000 })

    /// All but those that wait for long deadlines, and those that need a reader of multipart.
    static let cases = ConformanceCase.all.filter { $0.slow != true && !$0.id.hasPrefix("MP-ok") }

    @Test("The right answers, in step, and the right end", arguments: cases)
    func exchange(_ testCase: ConformanceCase) async throws {
        let server = try #require(Self.server)
        try await server.connect { client in
            if testCase.end == "rst" {
                try client.send(testCase.bytes)
                client.reset()
                return
            }
            try Self.send(testCase, over: client)
            try Self.judge(testCase, client)
        }
        let alive = try await server.connect { client in
            try client.send("GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            return try client.receiveResponse()?.status
        }
        #expect(alive == 200)
    }

    private static func send(_ testCase: ConformanceCase, over client: RawClient) throws {
        let held = testCase.send?.after_100 ?? testCase.bytes.count
        // A server that refuses early may stop reading; what it said is still judged.
        try? client.send(Array(testCase.bytes[..<held]))
        if held < testCase.bytes.count {
            #expect(try client.receiveResponse()?.status == 100)
            try client.send(Array(testCase.bytes[held...]))
        }
        if testCase.end == "half_close" { client.finishSending() }
    }

    private static func judge(_ testCase: ConformanceCase, _ client: RawClient) throws {
        let expect = testCase.expect
        let most = expect.responses_max ?? expect.responses ?? 1
        var responses: [RawResponse] = []
        var hasEnded = false
        while responses.count < most, !hasEnded {
            let method = testCase.methods.map { $0[min(responses.count, $0.count - 1)] }
            guard let response = try client.receiveResponse(toHEAD: method == "HEAD") else {
                hasEnded = true
                break
            }
            if response.status < 200 {
                #expect(expect.interim != false)
                continue
            }
            #expect(expect.statuses(ofResponse: responses.count).contains(response.status))
            #expect(response.values("date").count == 1)
            responses.append(response)
            if response.saysClose {
                #expect(try client.receive() == [])
                hasEnded = true
            }
        }
        #expect(responses.count >= expect.responses_min ?? expect.responses ?? 1)
        if expect.close == true { #expect(try hasEnded || client.receive() == []) }
        if expect.close == false { #expect(!hasEnded) }
        guard !hasEnded, testCase.end == nil else { return }
        try client.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.receiveResponse()?.status == 200, "out of step")
    }
}
