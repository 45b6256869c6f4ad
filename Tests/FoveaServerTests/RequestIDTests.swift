import Testing

@testable import FoveaServer

@Suite struct RequestIDTests {
    @Test("A sane id is kept", arguments: ["a", "7f-Z0", String(repeating: "x", count: 64)])
    func kept(id: String) { #expect(RequestID.make(offered: id) == id) }

    @Test(
        "Anything else is replaced",
        arguments: [nil, "", "a b", "a\nb", "é", "<script>", String(repeating: "x", count: 65)])
    func replaced(id: String?) {
        let made = RequestID.make(offered: id)
        #expect(made != id)
        #expect(made.count == 16)
        #expect(made != RequestID.make(offered: id))
    }
}
