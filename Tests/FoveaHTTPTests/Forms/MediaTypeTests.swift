import FoveaHTTP
import Testing

@Suite struct MediaTypeTests {
    static func parse(_ text: String) -> MediaType? { MediaType(Array(text.utf8)[...]) }

    @Test("Names are lowered, values kept, quotes and escapes taken off")
    func parses() throws {
        let type = try #require(Self.parse("Multipart/Form-Data ;Boundary=\"a \\\"b\" ; charset=UTF-8;"))
        #expect(type.essence == "multipart/form-data")
        #expect(type["boundary"] == Array("a \"b".utf8))
        #expect(type["charset"] == Array("UTF-8".utf8))
        #expect(type["other"] == nil)
    }

    @Test(
        "What is no media type is refused",
        arguments: [
            "", "image", "image/", "/png", "image /png", "image/ png", "image/png boundary=x", "a/b; x", "a/b; x=",
            "a/b; x =1", "a/b; x= 1", "a/b; x=\"1", "a/b; x=\"1\\", "a/b; x=\"1\u{1}\"", "a/b; x=1 2", "a/b; =1",
            "a/b, c/d",
            "a/b; boundary=1; boundary=2", "a/b; boundary=1; BOUNDARY=1", "a/b\u{85}; x=1", "im\u{17F}/b",
        ])
    func refuses(text: String) {
        #expect(Self.parse(text) == nil)
    }

    @Test("Case is folded in ASCII only")
    func asciiOnly() {
        // U+212A KELVIN SIGN would become an ASCII k if text were folded as Unicode.
        #expect(Self.parse("a/b; \u{212A}=1") == nil)
    }

    @Test("Sixteen parameters are accepted, seventeen are not", arguments: [(16, true), (17, false)])
    func parameterLimit(count: Int, isAccepted: Bool) {
        let text = "a/b" + (0..<count).map { ";p\($0)=1" }.joined()
        #expect((Self.parse(text) != nil) == isAccepted)
    }
}
