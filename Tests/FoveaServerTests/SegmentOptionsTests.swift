import FoveaHTTP
import FoveaJSON
import FoveaServing
import HTTPTypes
import Testing

@testable import FoveaServer

@Suite struct SegmentOptionsTests {
    private func options(json text: String) throws -> SegmentOptions {
        var options = SegmentOptions()
        let value = try JSONParser.parse(Array(text.utf8), limits: .init(bytes: 1 << 16))
        guard case .object(let fields) = value else { return options }
        for field in fields { try options.set(field.name, field.value) }
        return options
    }

    @Test("Points and a box of the query are one prompt")
    func query() throws {
        let options = try SegmentOptions(
            query: "point=10,20&point=30.5,40,0&box=1,2,3,4&mask=m&multimask=false&format=polygon&simplify=1.5"
                + "&render=overlay&exact=true&model=a%3A1&unknown=")
        #expect(
            try options.prompts == [
                SegmentPrompt(
                    points: [.init(x: 10, y: 20), .init(x: 30.5, y: 40, isForeground: false)],
                    box: .init(left: 1, top: 2, right: 3, bottom: 4), mask: "m")
            ])
        #expect(options.multimask == false)
        #expect(options.format == .polygon)
        #expect(options.simplify == 1.5)
        #expect(options.rendering == .overlay)
        #expect(options.exact)
        #expect(options.model == "a:1")
        #expect(try SegmentOptions(query: nil).prompts.isEmpty)
    }

    @Test("JSON has any number of prompts")
    func json() throws {
        let options = try options(
            json: #"{"prompts":[{"points":[[1,2],[3,4,0]]},{"box":[1,2,3,4]},{"mask":"m"}],"multimask":true,"#
                + #""format":"png","simplify":2,"render":"mask","exact":false,"model":"a"}"#)
        #expect(
            try options.prompts == [
                SegmentPrompt(points: [.init(x: 1, y: 2), .init(x: 3, y: 4, isForeground: false)]),
                SegmentPrompt(box: .init(left: 1, top: 2, right: 3, bottom: 4)), SegmentPrompt(mask: "m"),
            ])
        #expect(options.multimask == true)
        #expect(options.format == .png)
    }

    @Test(
        "A query that can't be meant is refused with its code",
        arguments: [
            ("point=1", "invalid_prompt"), ("point=1,2,3,4", "invalid_prompt"), ("point=a,b", "invalid_prompt"),
            ("point=nan,1", "invalid_prompt"), ("point=1,2,2", "invalid_prompt"), ("point=1,2,-1", "invalid_prompt"),
            ("point=1,,2", "invalid_prompt"), ("box=1,2,3", "invalid_prompt"),
            ("box=1,2,3,4&box=1,2,3,4", "invalid_prompt"), ("format=gif", "invalid_parameter"),
            ("multimask=1", "invalid_parameter"), ("simplify=-1", "invalid_parameter"),
            ("simplify=nan", "invalid_parameter"), ("render=x", "invalid_parameter"),
        ])
    func wrongQuery(query: String, code: String) throws {
        let error = #expect(throws: APIError.self) { try SegmentOptions(query: query) }
        #expect(error?.code.rawValue == code)
    }

    @Test(
        "JSON that can't be meant is refused with its code",
        arguments: [
            (#"{"prompts":{}}"#, "invalid_prompt"), (#"{"prompts":[1]}"#, "invalid_prompt"),
            (#"{"prompts":[{"point":[1,2]}]}"#, "invalid_prompt"),
            (#"{"prompts":[{"points":[1,2]}]}"#, "invalid_prompt"),
            (#"{"prompts":[{"points":[[1]]}]}"#, "invalid_prompt"),
            (#"{"prompts":[{"points":[[1,2,3]]}]}"#, "invalid_prompt"),
            (#"{"prompts":[{"points":[["1",2]]}]}"#, "invalid_prompt"),
            (#"{"prompts":[{"box":[1,2,3]}]}"#, "invalid_prompt"),
            (#"{"prompts":[{"mask":1}]}"#, "invalid_prompt"), (#"{"multimask":1}"#, "invalid_parameter"),
            (#"{"format":"gif"}"#, "invalid_parameter"), (#"{"simplify":"1"}"#, "invalid_parameter"),
        ])
    func wrongJSON(text: String, code: String) throws {
        let error = #expect(throws: APIError.self) { try options(json: text) }
        #expect(error?.code.rawValue == code)
    }

    @Test(
        "A picture is answered where it is asked for, and JSON is not",
        arguments: [
            ("image/png", true), ("IMAGE/PNG;q=0.9", true), ("text/html, image/png ", true), ("*/*", false),
            ("", false),
            (";", false), (",;,", false), ("application/json, image/png", false),
        ])
    func accept(field: String, isPicture: Bool) {
        let head = RequestHead(method: .post, path: "/segment", query: nil, fields: [.accept: field])
        #expect(head.accepts("image/png") == isPicture)
    }

    @Test("Prompts in JSON and a point by itself are too much")
    func both() throws {
        var options = try SegmentOptions(query: "point=1,2")
        try options.set("prompts", .array([]))
        #expect(throws: APIError.self) { try options.prompts }
    }
}
