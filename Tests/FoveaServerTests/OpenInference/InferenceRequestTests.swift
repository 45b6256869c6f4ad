import Testing

@testable import FoveaServer

@Suite struct InferenceRequestTests {
    private func request(_ json: String, _ tensors: [UInt8]? = nil) throws(APIError) -> InferenceRequest {
        let header = Array(json.utf8)
        return try InferenceRequest(body: header + (tensors ?? []), headerLength: tensors == nil ? nil : header.count)
    }

    private func input(_ json: String, _ tensors: [UInt8]? = nil) throws(APIError) -> ModelInput {
        try request(json, tensors).modelInput(for: .tiny)
    }

    /// A request with one input.
    private func json(_ name: String, _ datatype: String, _ shape: String, _ more: String) -> String {
        #"{"inputs":[{"name":"\#(name)","datatype":"\#(datatype)","shape":\#(shape),\#(more)}]}"#
    }

    private static let numbers: [Float] = [1, 2, -0.5, 0.1, 5, 6e-3]

    @Test("A request is read with its id, parameters and outputs; what is not known is ignored")
    func header() throws {
        let read = try request(
            #"""
            {"id": "r-1", "model_name": "m", "extra": [1, {"a": 2}],
             "parameters": {"priority": 1, "timeout": 2500, "binary_data_output": true, "exact": true, "mine": 1},
             "inputs": [{"data": [1], "name": "x", "shape": [1], "datatype": "FP32", "parameters": null}],
             "outputs": [{"name": "logits"},
                         {"name": "probabilities", "parameters": {"binary_data": false, "classification": 2}}]}
            """#)
        #expect(read.id == "r-1")
        #expect(read.parameters == .init(priority: 1, timeout: 2500, hasBinaryOutput: true, isExact: true))
        #expect(
            read.outputs == [
                .init(name: "logits"), .init(name: "probabilities", isBinary: false, topClasses: 2),
            ])
        #expect(read.inputs.map(\.name) == ["x"])
        #expect(try request(#"{"inputs":[],"outputs":null}"#).outputs.isEmpty)
    }

    @Test(
        "Numbers in JSON are read flat, nested, or flat from some axis on, data before or after what describes them",
        arguments: [
            "[1,2,-0.5,0.1,5,6e-3]", "[[[[1,2]],[[-0.5,0.1]],[[5,6e-3]]]]", "[[1,2,-0.5,0.1,5,6e-3]]",
            "[ [ [1,2], [-0.5 ,0.1],\n[5,6e-3] ] ]",
        ])
    func numbersInJSON(data: String) throws {
        let expected = ModelInput.tensor(Self.numbers, images: 1)
        #expect(try input(json("input", "FP32", "[1,3,1,2]", #""data":\#(data)"#)) == expected)
        #expect(try input(json("input", "FP64", "[1,3,1,2]", #""data":\#(data)"#)) == expected)
        let first = #"{"inputs":[{"data":\#(data),"shape":[1,3,1,2],"datatype":"FP32","name":"input"}]}"#
        #expect(try input(first) == expected)
    }

    @Test("Numbers after the JSON are little-endian, of 16, 32 or 64 bits, with their length or, when alone, without")
    func numbersInBytes() throws {
        let halves: [Float] = [1, 2, -0.5, 0.25, 5, 0.0078125]
        for (type, bytes) in [
            ("FP16", TensorBytes.fp16(halves)), ("FP32", TensorBytes.fp32(halves)),
            ("FP64", TensorBytes.fp64(halves.map(Double.init))),
        ] {
            let sized = json("input", type, "[1,3,1,2]", #""parameters":{"binary_data_size":\#(bytes.count)}"#)
            #expect(try input(sized, bytes) == .tensor(halves, images: 1))
            #expect(try input(json("input", type, "[1,3,1,2]", #""x":0"#), bytes) == .tensor(halves, images: 1))
        }
    }

    @Test("Images are byte strings, after the JSON or as base64 in it, in one axis or two")
    func images() throws {
        let bytes = TensorBytes.strings([[1, 2, 3], []])
        let expected = ModelInput.images([[1, 2, 3], []])
        for shape in ["[2]", "[2,1]"] {
            #expect(
                try input(json("image", "BYTES", shape, #""parameters":{"binary_data_size":11}"#), bytes) == expected)
            #expect(try input(json("image", "BYTES", shape, #""data":["AQID",""]"#)) == expected)
            #expect(try input(json("image", "BYTES", shape, #""data":[{"b64":"AQID"},""]"#)) == expected)
        }
        #expect(try input(json("image", "BYTES", "[2,1]", #""data":[["AQ\nID"],[""]]"#)) == expected)
        let marked = #""data":["AQID",""],"parameters":{"content_type":"base64"}"#
        #expect(try input(json("image", "BYTES", "[2]", marked)) == expected)
    }

    @Test("A body without JSON is a prepared image if it has the size of one, else a photograph")
    func raw() throws {
        #expect(try ModelInterface.tiny.rawInput(TensorBytes.fp32(Self.numbers)) == .tensor(Self.numbers, images: 1))
        #expect(try ModelInterface.tiny.rawInput([1, 2, 3]) == .images([[1, 2, 3]]))
        let photograph = [0xFF, 0xD8, 0xFF] + [UInt8](repeating: 0, count: 21)
        #expect(try ModelInterface.tiny.rawInput(photograph) == .images([photograph[...]]))
        #expect(throws: APIError.self) { try ModelInterface.tiny.rawInput([]) }
    }

    @Test(
        "A tensor that the model does not take is refused, in words that say what it takes",
        arguments: [
            (#"{"inputs":[]}"#, "no input"), (#"{}"#, "no input"),
            (#"{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":[1]}]}"#, "\"input\", FP32 [N, 3, 1, 2]"),
            (#"{"inputs":[{"name":"image","datatype":"FP32","shape":[1],"data":[1]}]}"#, "must be BYTES"),
            (#"{"inputs":[{"name":"input","datatype":"INT8","shape":[1],"data":[1]}]}"#, "must be FP32"),
            (#"{"inputs":[{"name":"input","datatype":"FLOAT","shape":[1],"data":[1]}]}"#, "there are BOOL, UINT8"),
            (#"{"inputs":[{"name":"input","datatype":"FP32","shape":[1,1,2,3],"data":[1]}]}"#, "[N, 3, 1, 2]"),
            (#"{"inputs":[{"name":"input","datatype":"FP32","shape":[6],"data":[1]}]}"#, "[N, 3, 1, 2]"),
            (#"{"inputs":[{"name":"input","datatype":"FP32","shape":[0,3,1,2],"data":[]}]}"#, "1 to 2 are allowed"),
            (#"{"inputs":[{"name":"input","datatype":"FP32","shape":[3,3,1,2],"data":[]}]}"#, "1 to 2 are allowed"),
            (
                #"{"inputs":[{"name":"input","datatype":"FP32","shape":[9223372036854774784,3,1,2],"data":[]}]}"#,
                "1 to 2 are allowed"
            ),
            (#"{"inputs":[{"name":"input","datatype":"FP32","shape":[-1,3,1,2],"data":[]}]}"#, "has the length -1"),
            (#"{"inputs":[{"name":"input","datatype":"FP32","shape":[1e300,3,1,2],"data":[]}]}"#, "has the length"),
            (#"{"inputs":[{"name":"input","datatype":"FP32","shape":[1.5,3,1,2],"data":[]}]}"#, "has the length 1.5"),
            (#"{"inputs":[{"name":"input","datatype":"FP32","shape":[[1],3,1,2],"data":[]}]}"#, "has the length"),
            (#"{"inputs":[{"name":"input","datatype":"FP32","shape":"1","data":[]}]}"#, "must be a list of whole"),
            (#"{"inputs":[{"name":"input","datatype":"FP32","shape":[1,3,1,2],"data":[1,2,3,4,5]}]}"#, "needs 6"),
            (#"{"inputs":[{"name":"input","datatype":"FP32","shape":[1,3,1,2],"data":[1,2,3,4,5,6,7]}]}"#, "needs 6"),
            (
                #"{"inputs":[{"name":"input","datatype":"FP32","shape":[1,3,1,2],"data":[[1,2],[3,4],[5,6]]}]}"#,
                "along axis 1"
            ),
            (#"{"inputs":[{"name":"input","datatype":"FP32","shape":[1,3,1,2],"data":[[1,2,3,4,5,6],1]}]}"#, "beside"),
            (
                #"{"inputs":[{"name":"input","datatype":"FP32","shape":[1,3,1,2],"data":[1,2,3,4,5,[6]]}]}"#,
                "unexpected"
            ),
            (
                #"{"inputs":[{"name":"input","datatype":"FP32","shape":[1,3,1,2],"data":[1,2,3,4,5,"6"]}]}"#,
                "unexpected"
            ),
            (
                #"{"inputs":[{"name":"input","datatype":"FP32","shape":[1,3,1,2],"data":[1,2,3,4,5,1e99]}]}"#,
                "too large"
            ),
            (
                #"{"inputs":[{"name":"input","datatype":"FP16","shape":[1,3,1,2],"data":[1,2,3,4,5,6]}]}"#,
                "no form in JSON"
            ),
            (#"{"inputs":[{"name":"input","datatype":"FP32","shape":[1,3,1,2],"data":7}]}"#, "must be a list"),
            (#"{"inputs":[{"name":"input","datatype":"FP32","shape":[1,3,1,2]}]}"#, "Inference-Header-Content-Length"),
            (#"{"inputs":[{"name":"image","datatype":"BYTES","shape":[1],"data":["a photograph!"]}]}"#, "base64"),
            (#"{"inputs":[{"name":"image","datatype":"BYTES","shape":[1],"data":[7]}]}"#, "base64"),
            (#"{"inputs":[{"name":"image","datatype":"BYTES","shape":[1],"data":[{"b65":"AQID"}]}]}"#, "base64"),
            (#"{"inputs":[{"name":"image","datatype":"BYTES","shape":[],"data":[]}]}"#, "[N] or [N, 1]"),
            (#"{"inputs":[{"name":"image","datatype":"BYTES","shape":[1,2],"data":["",""]}]}"#, "[N] or [N, 1]"),
            (#"{"inputs":[{"name":"image","datatype":"BYTES","shape":[3],"data":["","",""]}]}"#, "1 to 2 are allowed"),
            (#"{"inputs":[{"name":"image","datatype":"BYTES","shape":[2],"data":[""]}]}"#, "needs 2"),
        ])
    func invalidTensor(json: String, words: String) throws {
        let error = try #require(throws: APIError.self) { try input(json) }
        #expect(error.code == .invalidTensor)
        #expect(error.message.contains(words), "\(error.message)")
    }

    @Test("Two inputs, or one twice, are refused")
    func twoInputs() throws {
        let image = #"{"name":"image","datatype":"BYTES","shape":[1],"data":[""]}"#
        let tensor = #"{"name":"input","datatype":"FP32","shape":[1,3,1,2],"data":[1,2,3,4,5,6]}"#
        for inputs in ["\(image),\(tensor)", "\(image),\(image)"] {
            let error = try #require(throws: APIError.self) { try input("{\"inputs\":[\(inputs)]}") }
            #expect(error.code == .invalidTensor)
        }
    }

    @Test("An output that there is not, or that is asked for twice, is refused")
    func outputs() throws {
        for names in [#"{"name":"boxes"}"#, #"{"name":"logits"},{"name":"logits"}"#] {
            let read = try request("{\"inputs\":[],\"outputs\":[\(names)]}")
            #expect(throws: APIError.self) { try read.requireOutputs(of: .tiny) }
        }
        try request(#"{"outputs":[{"name":"probabilities"},{"name":"logits"}]}"#).requireOutputs(of: .tiny)
    }

    @Test(
        "A request that is none, or whose parameters are out of range, is refused",
        arguments: [
            ("[]", APIError.Code.malformedRequest), ("", .malformedRequest), ("{} x", .malformedRequest),
            (#"{"inputs":{}}"#, .malformedRequest), (#"{"inputs":[1]}"#, .malformedRequest),
            (#"{"inputs":[{"datatype":"FP32","shape":[1],"data":[1]}]}"#, .malformedRequest),
            (#"{"inputs":[{"name":"x","shape":[1],"data":[1]}]}"#, .malformedRequest),
            (#"{"id":1}"#, .malformedRequest),
            (#"{"outputs":[{}]}"#, .malformedRequest), (#"{"parameters":1}"#, .malformedRequest),
            (#"{"inputs":[],"inputs":[]}"#, .malformedRequest),
            (#"{"parameters":{"priority":4}}"#, .invalidParameter),
            (#"{"parameters":{"timeout":-1}}"#, .invalidParameter),
            (#"{"parameters":{"timeout":1.5}}"#, .invalidParameter),
            (#"{"parameters":{"binary_data_output":1}}"#, .invalidParameter),
            (#"{"outputs":[{"name":"x","parameters":{"classification":-1}}]}"#, .invalidParameter),
            (#"{"outputs":[{"name":"x","parameters":{"shared_memory_region":"r"}}]}"#, .invalidParameter),
        ])
    func invalid(json: String, code: APIError.Code) throws {
        #expect(try #require(throws: APIError.self) { try request(json) }.code == code)
    }

    @Test("Bytes and their lengths must agree")
    func lengths() throws {
        func sized(_ size: Int) -> String {
            json("input", "FP32", "[1,3,1,2]", #""parameters":{"binary_data_size":\#(size)}"#)
        }
        let bytes = TensorBytes.fp32(Self.numbers)
        #expect(try input(sized(24), bytes) == .tensor(Self.numbers, images: 1))
        let image = json("image", "BYTES", "[1]", #""x":0"#)
        let twice = json(
            "input", "FP32", "[1,3,1,2]", #""data":[1,2,3,4,5,6],"parameters":{"binary_data_size":24}"#)
        let wrong: [(String, [UInt8])] = [
            (sized(24), Array(bytes.dropLast())), (sized(24), bytes + [0]), (sized(20), bytes),
            (sized(20), Array(bytes.prefix(20))), (sized(0), []), (image, [2, 0, 0, 0, 1]), (image, [1, 0, 0]),
            (image, [0, 0, 0, 0, 0, 0, 0, 0]), (image, [0xFF, 0xFF, 0xFF, 0xFF]), (twice, bytes),
        ]
        for (json, tensors) in wrong {
            let error = try #require(throws: APIError.self) { try input(json, tensors) }
            #expect(error.code == .invalidTensor)
        }
        let late = try #require(throws: APIError.self) { try InferenceRequest(body: [1], headerLength: 2) }
        #expect(late.code == .malformedRequest)
    }

    @Test("A request cut at any byte is refused, and so is a tensor")
    func cut() throws {
        let json = #"{"id":"a","inputs":[{"name":"input","shape":[1,3,1,2],"datatype":"FP32","data":[[1,2,3,4,5,6]]}]}"#
        #expect(try input(json) == .tensor([1, 2, 3, 4, 5, 6], images: 1))
        for end in 0..<json.utf8.count {
            #expect(throws: APIError.self) { try request(String(json.prefix(end))) }
        }
        let header = self.json("image", "BYTES", "[2]", #""x":0"#)
        let bytes = TensorBytes.strings([[1, 2], [3]])
        for end in 0..<bytes.count { #expect(throws: APIError.self) { try input(header, Array(bytes[..<end])) } }
    }

    @Test("A photograph's worth of numbers in JSON is read in a moment")
    func speed() throws {
        let numbers: [Float] = (0..<150_528).map { (index: Int) -> Float in Float(index % 255) / 127 - 1 }
        let text = numbers.map { "\(Double($0))" }.joined(separator: ", ")
        let interface = ModelInterface(height: 224, width: 224, classes: 1, maxBatch: 1)
        let body = Array(json("input", "FP32", "[1,3,224,224]", #""data":[\#(text)]"#).utf8)
        let start = ContinuousClock.now
        let input = try InferenceRequest(body: body, headerLength: nil).modelInput(for: interface)
        let duration = ContinuousClock.now - start
        #expect(input == .tensor(numbers, images: 1))
        // It takes some 10 ms; a tree of values would take seconds.
        #expect(duration < .milliseconds(300))
        print("JSON tensor of \(body.count) bytes read in", duration)
    }
}
