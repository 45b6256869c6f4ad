import FoveaTensor
import Testing

@testable import FoveaNN

@Suite struct SafetensorsFileTests {
    /// A file of `header`, which announces `headerBytes`, and `data`.
    private func file(_ header: String, data: Int = 0, headerBytes: UInt64? = nil) -> [UInt8] {
        let bytes = Array(header.utf8)
        return littleEndian(headerBytes ?? UInt64(bytes.count)) + bytes + [UInt8](repeating: 0, count: data)
    }

    /// The JSON of one tensor.
    private func entry(_ shape: String, _ begin: Int, _ end: Int, type: String = "F32") -> String {
        #"{"dtype":"\#(type)","shape":\#(shape),"data_offsets":[\#(begin),\#(end)]}"#
    }

    private func fault(_ bytes: [UInt8], limits: CheckpointLimits = .default) throws -> SafetensorsFault? {
        guard case .safetensors(let fault) = try error(opening: bytes, limits: limits) else { return nil }
        return fault
    }

    @Test(
        "Headers that the format allows are read",
        arguments: [
            ("{}", 0, 0), ("{}   ", 0, 0), (#"{ "a" : {"shape" : [ ] ,"dtype":"F32","data_offsets":[0,4]} }"#, 4, 1),
            (#"{"a":{"dtype":"F32","shape":[0,7],"data_offsets":[0,0]}}"#, 0, 1),
            (#"{"__metadata__":{"format":"pt","\u00e9\n":"\ud83d\ude00"}}"#, 0, 0),
            (
                #"{"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]},"#
                    + #""a":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]}}"#, 3, 2
            ),
        ])
    func valid(header: String, data: Int, tensors: Int) throws {
        #expect(try Checkpoint(bytes: file(header, data: data)).entries.count == tensors)
    }

    @Test("Elements are read at any alignment", arguments: 0..<8)
    func alignment(padding: Int) throws {
        let header = "{\"a\":\(entry("[2]", 0, 8))}" + String(repeating: " ", count: padding)
        let bytes = file(header) + littleEndian(Float(1.5).bitPattern) + littleEndian(Float.nan.bitPattern)
        let values = try Checkpoint(bytes: bytes).tensor(named: "a").values
        #expect(values[0] == 1.5)
        #expect(values[1].isNaN)
    }

    @Test func namesAreUnescaped() throws {
        let names = [#"a\u002eb"#: "a.b", #"\"\\\/"#: #""\/"#, #"\u00e9\uD83D\uDE00"#: "é😀", #"\t"#: "\t"]
        for (escaped, name) in names {
            let checkpoint = try Checkpoint(bytes: file("{\"\(escaped)\":\(entry("[]", 0, 4))}", data: 4))
            #expect(checkpoint.entries.map(\.name) == [name])
        }
    }

    @Test("A file too short for a header is of no known kind", arguments: [0, 1, 7, 8])
    func tooShort(bytes: Int) throws {
        #expect(try error(opening: [UInt8](repeating: 0, count: bytes)) == .unknownFormat)
    }

    @Test func lengthsOfTheHeaderThatCannotBe() throws {
        #expect(try fault(file("{}", headerBytes: 0)) == .syntax(offset: 0))
        #expect(try fault(file("{}", headerBytes: 1)) == .syntax(offset: 1))
        #expect(try error(opening: file("{}", headerBytes: 1000)) == .truncated)
        let limit = CheckpointLimits.default.headerBytes
        for headerBytes in [UInt64(limit) + 1, 1 << 63, UInt64.max] {
            let expected = CheckpointError.overLimit(.headerBytes, got: Int(clamping: headerBytes), limit: limit)
            #expect(try error(opening: file("{}", headerBytes: headerBytes)) == expected)
        }
    }

    @Test(
        "Headers that are no JSON of the right kind are refused",
        arguments: [
            "{", "{]", "{\"a\"", "{\"a\":", "{\"a\":{", "{}x", "{}\n", "{},", "{,}", "{\"a\":1}", "{\"a\":null}",
            "{\"a\":[]}", "{'a':{}}", "{\"a\" {}}", "{\"\\x\":{}}", "{\"\\u12\":{}}", "{\"\\ud800\":{}}",
            "{\"\\ud800\\u0041\":{}}", "{\"\\udc00\":{}}", "{\"\n\":{}}", "{\"__metadata__\":{\"n\":1}}",
            "{\"__metadata__\":{\"n\":{}}}", "{\"__metadata__\":[]}", "{\"__metadata__\":\"x\"}",
            "{\"a\":{\"shape\":[-1]}}", "{\"a\":{\"shape\":[1.5]}}", "{\"a\":{\"shape\":[1e3]}}",
            "{\"a\":{\"shape\":[\"2\"]}}", "{\"a\":{\"shape\":[01]}}", "{\"a\":{\"shape\":[+1]}}",
            "{\"a\":{\"shape\":[9223372036854775808]}}", "{\"a\":{\"shape\":[1,]}}", "{\"a\":{\"shape\":[[1]]}}",
            "{\"a\":{\"shape\":2}}", "{\"a\":{\"data_offsets\":[-1,0]}}", "{\"a\":{\"dtype\":1}}",
            "{\"__metadata__\":{},}",
        ])
    func syntax(header: String) throws {
        let fault = try fault(file(header))
        guard case .syntax = fault else {
            Issue.record("\(header): \(String(describing: fault))")
            return
        }
    }

    @Test func depthAndOtherEncodingsAreSyntax() throws {
        let deep = "{\"a\":" + String(repeating: "[", count: 20_000)
        #expect(try fault(file(deep)) == .syntax(offset: 5))
        let objects = String(repeating: "{\"a\":", count: 20_000)
        #expect(try fault(file(objects)) == .entry("a"))
        let notUTF8 = littleEndian(UInt64(7)) + Array("{\"".utf8) + [0xFF] + Array("\":{}".utf8)
        #expect(try fault(notUTF8) == .syntax(offset: 3))
    }

    @Test func entriesHaveExactlyTheirThreeKeys() throws {
        let complete = entry("[1]", 0, 4)
        #expect(try error(opening: file("{\"a\":\(complete)}", data: 4)) == nil)
        for key in ["dtype", "shape", "data_offsets"] {
            let header = "{\"a\":\(complete.replacing(key, with: "other"))}"
            #expect(try fault(file(header, data: 4)) == .entry("a"))
        }
        #expect(try fault(file("{\"a\":{}}")) == .entry("a"))
        #expect(try fault(file("{\"a\":{\"data_offsets\":[0,1,2]}}")) == .entry("a"))
        #expect(try fault(file("{\"a\":\(entry("[1]", 0, 4, type: "C64"))}", data: 8)) == .elementType("C64"))
        #expect(try fault(file("{\"a\":\(entry("[1]", 0, 1, type: "F4"))}", data: 1)) == .elementType("F4"))
        #expect(try fault(file("{\"a\":\(complete),\"a\":\(complete)}", data: 4)) == .repeatedKey("a"))
        #expect(try fault(file("{\"a\":{\"shape\":[],\"shape\":[]}}")) == .repeatedKey("shape"))
        #expect(try fault(file("{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}}")) == .repeatedKey("a"))
    }

    @Test(
        "The tensors tile the data",
        arguments: [
            [(0, 8), (4, 12)], [(0, 8), (12, 20)], [(4, 12)], [(4, 8)], [(0, 8), (0, 8)], [(8, 0)], [(0, 4)], [(0, 12)],
            [(0, 8), (8, 8)], [(Int.max - 7, Int.max)], [(0, Int.max)],
        ] as [[(Int, Int)]])
    func layout(ranges: [(Int, Int)]) throws {
        let entries = ranges.enumerated().map { "\"\($0.offset)\":" + entry("[2]", $0.element.0, $0.element.1) }
        let fault = try fault(file("{" + entries.joined(separator: ",") + "}", data: 32))
        guard case .layout = fault else {
            Issue.record("\(ranges): \(String(describing: fault))")
            return
        }
    }

    @Test func theDataEndsWithTheFile() throws {
        let header = "{\"a\":\(entry("[2]", 0, 8))}"
        #expect(try fault(file(header, data: 7)) == .dataSize(expected: 8, got: 7))
        #expect(try fault(file(header, data: 9)) == .dataSize(expected: 8, got: 9))
        #expect(try fault(file("{}", data: 1)) == .dataSize(expected: 0, got: 1))
    }

    @Test func shapesThatOverflowAreImpossible() throws {
        for shape in [[1 << 32, 1 << 32], [1 << 62, 4], [0, 1 << 62, 4], [1 << 62, 4, 0], [1 << 40]] {
            let header = "{\"a\":\(entry("\(shape)", 0, 0))}"
            #expect(try error(opening: file(header)) == .impossibleShape(shape))
        }
    }

    @Test func limitsHoldToTheLast() throws {
        var limits = CheckpointLimits()
        (limits.tensors, limits.rank, limits.nameBytes) = (2, 3, 12)
        func header(names: [String], shape: String = "[]") -> [UInt8] {
            let entries = names.enumerated().map {
                "\"\($0.element)\":" + entry(shape, 4 * $0.offset, 4 * $0.offset + 4)
            }
            return file("{" + entries.joined(separator: ",") + "}", data: 4 * names.count)
        }
        #expect(try error(opening: header(names: ["a", "b"]), limits: limits) == nil)
        #expect(
            try error(opening: header(names: ["a", "b", "c"]), limits: limits)
                == .overLimit(.tensors, got: 3, limit: 2))
        #expect(try error(opening: header(names: ["a"], shape: "[1,1,1]"), limits: limits) == nil)
        #expect(
            try error(opening: header(names: ["a"], shape: "[1,1,1,1]"), limits: limits)
                == .overLimit(.rank, got: 4, limit: 3))
        #expect(try error(opening: header(names: ["abcdefghijkl"]), limits: limits) == nil)
        #expect(
            try error(opening: header(names: ["abcdefghijklm"]), limits: limits)
                == .overLimit(.nameBytes, got: 13, limit: 12))
        let exact = header(names: ["a"])
        limits.headerBytes = exact.count - 12
        #expect(try error(opening: exact, limits: limits) == nil)
        limits.headerBytes -= 1
        #expect(
            try error(opening: exact, limits: limits)
                == .overLimit(.headerBytes, got: exact.count - 12, limit: exact.count - 13))
    }
}
