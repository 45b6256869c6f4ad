import Testing

@testable import FoveaHTTP

@Suite struct LoopbackTests {
    @Test(
        "Only addresses of this machine alone are loopback, as text in any form",
        arguments: [
            ("127.0.0.1", true), ("127.9.8.7", true), ("::1", true), ("[::1]", true), ("::ffff:127.0.0.1", true),
            ("localhost", true), ("0.0.0.0", false), ("::", false), ("128.0.0.1", false), ("1.127.0.0", false),
            ("::ffff:192.0.2.1", false), ("fe80::1", false), ("no such host", false),
        ])
    func isLoopback(host: String, expected: Bool) {
        #expect(HTTPServerConfiguration(host: host).isLoopback == expected)
    }
}
