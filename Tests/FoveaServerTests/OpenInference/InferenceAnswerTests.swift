import FoveaJSON
import FoveaTensor
import Testing

@testable import FoveaServer

@Suite struct InferenceAnswerTests {
    private let logits = Tensor([1, 3, 2, 0.5, 0.25, -1], shape: [2, 3])

    private func answer(_ request: String, isBinary: Bool = false) throws -> InferenceAnswer {
        InferenceAnswer(
            to: try InferenceRequest(body: Array(request.utf8), headerLength: nil), logits: logits, model: "m",
            version: "2", labels: ["cat", "dog", "a \"fox\""], isBinary: isBinary)
    }

    private func json(_ answer: InferenceAnswer) throws -> JSONValue {
        let (body, headerLength) = answer.encoded()
        return try JSONParser.parse(Array(body[..<(headerLength ?? body.count)]), limits: .init(bytes: body.count))
    }

    @Test("Without a wish, all outputs are given in JSON, flat, with the request's id")
    func all() throws {
        let answer = try answer(#"{"id":"a\"b"}"#)
        #expect(answer.encoded().headerLength == nil)
        let json = try json(answer)
        #expect(json["model_name"]?.string == "m")
        #expect(json["model_version"]?.string == "2")
        #expect(json["id"]?.string == "a\"b")
        #expect(json["outputs"]?.array.map { $0["name"]?.string } == ["logits", "probabilities"])
        let first = try #require(json["outputs"]?[0])
        #expect(first["datatype"]?.string == "FP32")
        #expect(first["shape"]?.array.map(\.number) == [2, 3])
        #expect(first["data"]?.array.map(\.number) == [1, 3, 2, 0.5, 0.25, -1])
        let sums = (json["outputs"]?[1]?["data"]?.array ?? []).compactMap(\.number)
        #expect(abs(sums.prefix(3).reduce(0, +) - 1) < 1e-6)
        #expect(abs(sums[1] - 0.665_241) < 1e-5)
        #expect(try self.json(self.answer("{}"))["id"] == nil)
    }

    @Test("Only the outputs that were asked for are given, in that order, each as JSON or as bytes after it")
    func mixed() throws {
        let request = """
            {"parameters":{"binary_data_output":true},
             "outputs":[{"name":"probabilities","parameters":{"binary_data":false}},{"name":"logits"}]}
            """
        let (body, headerLength) = try answer(request).encoded()
        let length = try #require(headerLength)
        let json = try json(answer(request))
        #expect(json["outputs"]?.array.map { $0["name"]?.string } == ["probabilities", "logits"])
        #expect(json["outputs"]?[0]?["data"]?.array.count == 6)
        #expect(json["outputs"]?[1]?["data"] == nil)
        #expect(json["outputs"]?[1]?["parameters"]?["binary_data_size"]?.number == 24)
        #expect(Array(body[length...]) == TensorBytes.fp32([1, 3, 2, 0.5, 0.25, -1]))
    }

    @Test("The best classes are given as value, index and label, each image's best first, as strings or as bytes")
    func classification() throws {
        let request = #"{"outputs":[{"name":"logits","parameters":{"classification":2}}]}"#
        let expected = ["3.0:1:dog", "2.0:2:a \"fox\"", "0.5:0:cat", "0.25:1:dog"]
        let output = try #require(try json(answer(request))["outputs"]?[0])
        #expect(output["datatype"]?.string == "BYTES")
        #expect(output["shape"]?.array.map(\.number) == [2, 2])
        #expect(output["data"]?.array.map(\.string) == expected)
        let (body, headerLength) = try answer(request, isBinary: true).encoded()
        #expect(Array(body[(headerLength ?? 0)...]) == TensorBytes.strings(expected.map { Array($0.utf8) }))
        let many = #"{"outputs":[{"name":"logits","parameters":{"classification":9}}]}"#
        #expect(try json(answer(many))["outputs"]?[0]?["shape"]?.array.map(\.number) == [2, 3])
        let none = #"{"outputs":[{"name":"logits","parameters":{"classification":0}}]}"#
        #expect(try json(answer(none))["outputs"]?[0]?["datatype"]?.string == "FP32")
    }

    @Test("A number that is not finite becomes null in JSON and stays in bytes")
    func notFinite() throws {
        let output = InferenceAnswer.Output(
            name: "x", shape: [2], contents: .floats([.nan, .infinity]), isBinary: false)
        let answer = InferenceAnswer(model: "m", version: "1", id: nil, outputs: [output])
        #expect(try json(answer)["outputs"]?[0]?["data"] == .array([.null, .null]))
    }
}
