import FoveaHTTP
import Testing

@Suite struct QueryItemsTests {
    static func pairs(_ text: String) throws(QueryError) -> [[String]] {
        try QueryItems(Array(text.utf8)[...]).items.map { [$0.name, $0.value] }
    }

    @Test(
        "Pairs come in order, decoded",
        arguments: [
            ("", []), ("a=1", [["a", "1"]]), ("a=1&b=2&a=3", [["a", "1"], ["b", "2"], ["a", "3"]]),
            ("a", [["a", ""]]), ("a=", [["a", ""]]), ("=1", [["", "1"]]), ("a=b=c", [["a", "b=c"]]),
            ("&&a=1&", [["a", "1"]]), ("a+b=c%20d%2B", [["a b", "c d+"]]), ("%61=%C3%a4", [["a", "ä"]]),
            ("a=%3D%26", [["a", "=&"]]), ("point=1,2,0", [["point", "1,2,0"]]),
        ] as [(String, [[String]])])
    func parses(text: String, expected: [[String]]) throws {
        #expect(try Self.pairs(text) == expected)
    }

    @Test(
        "Malformed escapes are errors", arguments: ["a=%", "a=%4", "a=%4g", "%zz=1", "a=%+1", "a=1%", "a=%\u{FF15}1"])
    func malformed(text: String) {
        #expect(throws: QueryError.malformedEscape) { try Self.pairs(text) }
    }

    @Test("What is no text is refused", arguments: ["a=%00", "%00", "a=%FF", "a=%C3", "a=%ED%A0%80", "a=%C0%AF"])
    func notText(text: String) {
        #expect(throws: QueryError.notText) { try Self.pairs(text) }
    }

    @Test("Items are counted")
    func limit() throws {
        #expect(try Self.pairs(String(repeating: "a&", count: QueryItems.limit)).count == QueryItems.limit)
        #expect(throws: QueryError.tooManyItems(limit: QueryItems.limit)) {
            try Self.pairs(String(repeating: "a&", count: 4_000_000))
        }
    }

    @Test("Values are found by name")
    func find() throws {
        let items = try QueryItems(Array("point=1,2&k=5&point=3,4".utf8)[...])
        #expect(items["point"] == "1,2")
        #expect(items.values(of: "point") == ["1,2", "3,4"])
        #expect(items["Point"] == nil)
    }
}

@Suite struct PercentEncodingTests {
    @Test("Bytes are decoded, malformed escapes are not")
    func bytes() {
        #expect("a%00%ff%2F+".utf8.percentDecoded() == [0x61, 0, 0xFF, 0x2F, 0x2B])
        for text in ["%", "%1", "%1g", "% 1", "%%41", "a%"] { #expect(text.utf8.percentDecoded() == nil, "\(text)") }
    }
}
