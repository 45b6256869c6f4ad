import Testing

@testable import FoveaJSON

@Suite struct JSONWalkingTests {
    private func parser(_ text: String) throws(JSONError) -> JSONParser {
        try JSONParser(Array(text.utf8), limits: .init(bytes: 1 << 20, depth: 8, values: 100))
    }

    /// Every number of a flat array, read as floats.
    private func floats(_ text: String) throws(JSONError) -> [Float] {
        var parser = try parser(text)
        var values: [Float] = []
        guard var elements = try parser.openArray() else { throw .unexpectedEnd }
        while try parser.hasNext(&elements) { values.append(try parser.float()) }
        try parser.finish()
        return values
    }

    @Test("A text is walked through: members in order, values as trees, what is passed over by its place")
    func walk() throws {
        let text = #" {"a": 1, "long": [[1, "]\"", {"x": "}"}], 2] , "b": [true, "x"], "c": "y"} "#
        var parser = try parser(text)
        var members = try #require(try parser.openObject())
        #expect(try parser.nextName(&members) == "a")
        #expect(try parser.openArray() == nil)
        #expect(try parser.value() == .number(1))
        #expect(try parser.nextName(&members) == "long")
        let range = try parser.skip()
        #expect(String(decoding: Array(text.utf8)[range], as: UTF8.self) == #"[[1, "]\"", {"x": "}"}], 2]"#)
        #expect(try parser.nextName(&members) == "b")
        var elements = try #require(try parser.openArray())
        #expect(try parser.openObject() == nil)
        #expect(try parser.hasNext(&elements))
        #expect(try parser.value() == .bool(true))
        #expect(try parser.hasNext(&elements))
        #expect(try parser.value() == .string("x"))
        #expect(try !parser.hasNext(&elements))
        #expect(try parser.nextName(&members) == "c")
        #expect(try parser.skip().count == 3)
        #expect(try parser.nextName(&members) == nil)
        try parser.finish()
    }

    @Test("An array is passed over to its own bracket, wherever its marks stand")
    func marks() throws {
        for before in 0..<20 {
            for after in 0..<20 {
                let digits = [before, after].map { String(repeating: "1", count: $0) }
                let array = "[\(digits[0])\"\\\"]\"\(digits[1])[\(digits[0]){\(digits[1])}]\(digits[0])]"
                var parser = try parser(array + digits[1] + "]")
                #expect(try parser.skip() == 0..<array.utf8.count)
            }
        }
    }

    @Test("A part of a text is read as if it stood alone")
    func part() throws {
        let bytes = Array("xx[1,2]yy".utf8)
        var parser = try JSONParser(bytes, in: 2..<7, limits: .init(bytes: 5))
        #expect(try parser.value() == .array([.number(1), .number(2)]))
        try parser.finish()
        #expect(throws: JSONError.tooLarge(bytes: 5, limit: 4)) {
            try JSONParser(bytes, in: 2..<7, limits: .init(bytes: 4))
        }
        var cut = try JSONParser(bytes, in: 2..<6, limits: .init(bytes: 5))
        #expect(throws: JSONError.unexpectedEnd) { try cut.value() }
    }

    @Test("What is passed over must end", arguments: ["[", "[[1]", "[\"]", "[\"\\\"]", "[\"\\", "\"a", "{", "", "]"])
    func unended(text: String) throws {
        var parser = try parser(text)
        #expect(throws: JSONError.self) { try parser.skip() }
    }

    @Test("Depth and number of values are bounded on the way, too")
    func bounds() throws {
        var deep = try parser(String(repeating: "[", count: 9))
        for _ in 0..<8 { #expect(try deep.openArray() != nil) }
        #expect(throws: JSONError.tooDeep(limit: 8)) { try deep.openArray() }
        var many = try parser("[" + String(repeating: "[],", count: 200) + "1]")
        #expect(throws: JSONError.tooManyValues(limit: 100)) { try many.value() }
    }

    @Test(
        "A number is read as the nearest float",
        arguments: [
            "0", "-0", "0.0", "1", "-1.5", "0.1", "123.675", "0.12345679104328156", "3.4028234663852886e38", "1e22",
            "1e23", "-1e-22", "1e-23", "16777217", "16777219", "16777217.000000001", "1.00000005960464477539",
            "1.0000000596046448", "1.00000005960464484", "1.4e-45", "1e-46", "7e-46", "1.17549435e-38", "1.1754942e-38",
            "0.00000000000000000000000000001", "123456789012345678901234567890", "0.1234567890123456789012345678901",
            "100000000000000000000000000000000000000", "0e999999999999999999999", "0.3333333432674408", "8388608.5",
            "8388609.5", "340282356779733661637539395458142568447", "0.000000000000000000000000000000000000000000001",
        ])
    func nearest(text: String) throws {
        let expected = try #require(Float(text))
        let got = try floats("[\(text)]")
        #expect(got.map(\.bitPattern) == [expected.bitPattern])
    }

    @Test("Random numbers agree with the standard library's reading, bit for bit")
    func random() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            let double = Double(Float(bitPattern: .random(in: 0..<0x7F80_0000, using: &generator)))
            let texts = ["\(double)", "\(double * .random(in: 0.9..<1))", "\(Float.random(in: -3...3))"]
            for text in texts {
                #expect(try floats("[\(text)]").first?.bitPattern == Float(text)?.bitPattern, "\(text)")
            }
        }
    }

    @Test(
        "What is no number of JSON, or no float, is refused",
        arguments: [
            "-", "01", "1.", ".5", "+1", "1e", "1e+", "NaN", "Infinity", "0x1", "null", "\"1\"", "1 2", "1e39",
            "-1e999999999999999999999", "340282356779733661637539395458142568448", "[1]",
        ])
    func noFloat(text: String) {
        #expect(throws: JSONError.self) { try floats("[\(text)]") }
    }

    @Test("An array of numbers cut at any byte is refused")
    func cut() throws {
        let text = "[1.5e-3, -20 ,3]"
        #expect(try floats(text) == [0.0015, -20, 3])
        for end in 0..<text.utf8.count { #expect(throws: JSONError.self) { try floats(String(text.prefix(end))) } }
    }
}
