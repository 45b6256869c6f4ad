import Testing

@testable import FoveaJSON

@Suite struct JSONParserTests {
    private func parse(_ text: String, depth: Int = 32) throws(JSONError) -> JSONValue {
        try JSONParser.parse(Array(text.utf8), limits: .init(bytes: 1000, depth: depth))
    }

    @Test("Every kind of value is read, objects in their order")
    func values() throws {
        let text =
            #" {"b": [1, -0.5e1, true, false, null], "a": {"x": "\u00e9\ud83d\ude00\n\"\\\/"}, "": {}, "e": []} "#
        #expect(
            try parse(text)
                == .object([
                    .init("b", .array([.number(1), .number(-5), .bool(true), .bool(false), .null])),
                    .init("a", .object([.init("x", .string("é😀\n\"\\/"))])),
                    .init("", .object([])), .init("e", .array([])),
                ]))
    }

    @Test("A text cut at any byte is refused")
    func cut() throws {
        let text = Array(#"{"a":["\u00e9\ud83d\ude00",{"b":-1.25e+3}],"c":null}"#.utf8)
        #expect(try JSONParser.parse(text, limits: .init(bytes: 1000)) != .null)
        for end in text.indices {
            #expect(throws: JSONError.self) { try JSONParser.parse(Array(text[..<end]), limits: .init(bytes: 1000)) }
        }
    }

    @Test(
        "What isn't JSON is refused",
        arguments: [
            "", " ", "{,}", "[1,]", "[1 2]", "{\"a\" 1}", "{\"a\":1,}", "{a:1}", "01", "+1", "1.", ".5", "-", "1e",
            "0x1",
            "NaN", "tru", "\"\n\"", "\"\\x\"", "\"\\u12g4\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "1 2",
            "{} x", "'a'", "[1]//", "\u{FEFF}{}",
        ])
    func malformed(text: String) {
        #expect(throws: JSONError.self) { try parse(text) }
    }

    @Test("A field given twice is refused by its name, also when one is escaped")
    func duplicate() {
        #expect(throws: JSONError.duplicateField("ab")) { try parse(#"{"ab":1,"\u0061b":2}"#) }
    }

    @Test("Nesting is bounded: the limit is read, one more is refused, a hundred thousand don't crash")
    func depth() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(throws: Never.self) { try parse(nested(32)) }
        #expect(throws: JSONError.tooDeep(limit: 32)) { try parse(nested(33)) }
        let hostile = [UInt8](repeating: UInt8(ascii: "["), count: 100_000)
        #expect(throws: JSONError.tooDeep(limit: 32)) { try JSONParser.parse(hostile, limits: .init(bytes: 1 << 20)) }
    }

    @Test("Bytes that are not UTF-8, too many bytes and huge numbers are refused")
    func bounds() {
        let latin1 = [UInt8(ascii: "\""), 0xE9, UInt8(ascii: "\"")]
        #expect(throws: JSONError.invalidUTF8(offset: 0)) { try JSONParser.parse(latin1, limits: .init(bytes: 10)) }
        #expect(throws: JSONError.tooLarge(bytes: 3, limit: 2)) {
            try JSONParser.parse(latin1, limits: .init(bytes: 2))
        }
        #expect(throws: JSONError.numberOutOfRange(offset: 0)) { try parse("1e999") }
    }

    @Test("What is written is read back as it was")
    func roundTrip() throws {
        let value = JSONValue.object([
            .init("text", .string("a\"b\\c\nd\u{1}e\u{7F}é")), .init("numbers", .numbers([123.675, 0.5, 127])),
            .init("nested", .array([.object([.init("x", .bool(true))]), .object([])])), .init("none", .null),
        ])
        #expect(try parse(value.prettyText) == value)
        #expect(value.prettyText.contains("[123.675, 0.5, 127]"))
    }

    @Test("A text of more values than allowed is refused")
    func valueLimit() throws {
        let limits = JSONParser.Limits(bytes: 100, values: 3)
        #expect(try JSONParser.parse(Array("[1,2]".utf8), limits: limits) == [1, 2])
        #expect(throws: JSONError.tooManyValues(limit: 3)) {
            try JSONParser.parse(Array("[1,2,3]".utf8), limits: limits)
        }
    }
}
