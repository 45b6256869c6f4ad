import FoveaJSON
import FoveaModels
import FoveaStore
import FoveaTensor
import HTTPTypes
import Testing

@testable import FoveaServer

@Suite struct DetectInferenceTests {
    private let daemon: TestDaemon

    init() throws { daemon = try TestDaemon([.detector()]) }

    private func infer(_ json: String, _ tensors: [UInt8]? = nil) async -> Answer {
        var fields: HTTPFields = [:]
        if tensors != nil { fields[.inferenceHeaderLength] = "\(json.utf8.count)" }
        return await daemon.send(
            .post, "/v2/models/finder/infer", fields: fields, body: Array(json.utf8) + (tensors ?? []))
    }

    private func images(_ images: [[UInt8]], _ more: String = "") -> String {
        let data = images.map(Pictures.base64).joined(separator: ",")
        return #"{"inputs":[{"name":"image","datatype":"BYTES","shape":[\#(images.count)],"data":[\#(data)]}]\#(more)}"#
    }

    private func numbers(_ json: JSONValue, _ output: String) -> [Double] {
        let found = json["outputs"]?.array.first { $0["name"]?.string == output }
        return (found?["data"]?.array ?? []).compactMap(\.number)
    }

    @Test("The metadata has the four outputs with their types")
    func metadata() async throws {
        let json = try await daemon.send(.get, "/v2/models/finder").json
        #expect(
            json["outputs"] == [
                ["name": "boxes", "datatype": "FP32", "shape": [-1, 100, 4]],
                ["name": "scores", "datatype": "FP32", "shape": [-1, 100]],
                ["name": "labels", "datatype": "INT64", "shape": [-1, 100]],
                ["name": "num_detections", "datatype": "INT64", "shape": [-1]],
            ])
        #expect(json["properties"]?["task"]?.string == "detect")
        #expect(json["properties"]?["labels"] == ["cat", "dog", "fox"])
        let configuration = try await daemon.send(.get, "/v2/models/finder/config").json
        #expect(configuration["output"]?[2] == ["name": "labels", "data_type": "TYPE_INT64", "dims": [100]])
    }

    @Test("Photographs are answered with a hundred places each, of which the last are empty")
    func photographs() async throws {
        let json = try await infer(images([Pictures.png, Pictures.jpeg])).json
        #expect(json["outputs"]?.array.map { $0["name"]?.string } == ["boxes", "scores", "labels", "num_detections"])
        #expect(json["outputs"]?[0]?["shape"] == [2, 100, 4])
        #expect(json["outputs"]?[3]?["shape"] == [2])
        #expect(numbers(json, "num_detections") == [2, 2])
        #expect(numbers(json, "scores").count == 200)
        #expect(numbers(json, "scores").prefix(3) == [0.75, 0.5, 0])
        #expect(numbers(json, "labels").prefix(3) == [1, 0, -1])
        #expect(numbers(json, "labels")[100...].prefix(3) == [1, 0, -1])
        let boxes = numbers(json, "boxes")
        #expect(boxes.count == 800)
        // Of 29 by 23 pixels, and of 97 by 75.
        for (got, expected) in zip(boxes.prefix(4), [29, 23, 29 * 5, 23 * 3]) {
            #expect(abs(got - Double(expected) / 8) < 1e-4)
        }
        for (got, expected) in zip(boxes[400...].prefix(4), [97, 75, 97 * 5, 75 * 3]) {
            #expect(abs(got - Double(expected) / 8) < 1e-4)
        }
        #expect(boxes[8..<400].allSatisfy { $0 == 0 })
    }

    @Test("A prepared input is answered in its own pixels")
    func tensor() async throws {
        let header = #"{"inputs":[{"name":"input","datatype":"FP32","shape":[1,3,8,8]}]}"#
        let json = try await infer(header, TensorBytes.fp32([Float](repeating: 0, count: 192))).json
        #expect(numbers(json, "boxes").prefix(8) == [1, 1, 5, 3, 0, 0, 4, 2])
    }

    @Test("Outputs follow as bytes where that is asked for, whole numbers in eight each")
    func binary() async throws {
        let wish =
            #","outputs":[{"name":"num_detections","parameters":{"binary_data":true}},{"name":"labels","parameters":{"binary_data":true}}]"#
        let answer = await infer(images([Pictures.png], wish))
        let length = try #require(answer.fields[.inferenceHeaderLength].flatMap { Int($0) })
        let json = try JSONParser.parse(Array(answer.body[..<length]), limits: .init(bytes: length))
        #expect(json["outputs"]?[0]?["datatype"]?.string == "INT64")
        #expect(json["outputs"]?[0]?["parameters"]?["binary_data_size"]?.number == 8)
        #expect(json["outputs"]?[1]?["parameters"]?["binary_data_size"]?.number == 800)
        let bytes = Array(answer.body[length...])
        #expect(bytes.count == 808)
        #expect(bytes.prefix(8) == [2, 0, 0, 0, 0, 0, 0, 0])
        #expect(bytes[8..<16] == [1, 0, 0, 0, 0, 0, 0, 0])
        #expect(bytes[24..<32].allSatisfy { $0 == 0xFF })
        let raw = await daemon.send(
            .post, "/v2/models/finder/infer", fields: [.inferenceHeaderLength: "0"], body: Pictures.png)
        let rawLength = try #require(raw.fields[.inferenceHeaderLength].flatMap { Int($0) })
        #expect(raw.body.count - rawLength == 100 * (4 * 4 + 4 + 8) + 8)
    }

    @Test("The parameters of a request are those of /detect")
    func parameters() async throws {
        for (parameters, count) in [
            (#""score_threshold":0.6"#, 1.0), (#""score_threshold":0"#, 3), (#""max_detections":1"#, 1),
            (#""iou_threshold":0.9,"class_agnostic":true"#, 2),
        ] {
            let json = try await infer(images([Pictures.png], #","parameters":{\#(parameters)}"#)).json
            #expect(numbers(json, "num_detections") == [count], "\(parameters)")
        }
        for parameters in [
            #""score_threshold":1.5"#, #""score_threshold":"0.5""#, #""iou_threshold":-1"#, #""max_detections":0"#,
            #""max_detections":101"#, #""max_detections":1.5"#, #""class_agnostic":1"#,
        ] {
            try await infer(images([Pictures.png], #","parameters":{\#(parameters)}"#))
                .requireError(400, "invalid_parameter")
        }
    }

    @Test("What a detector doesn't give is refused, and the log has its best prediction")
    func refused() async throws {
        for wish in [
            #""outputs":[{"name":"logits"}]"#, #""outputs":[{"name":"labels","parameters":{"classification":3}}]"#,
        ] {
            try await infer(images([Pictures.png], "," + wish)).requireError(400, "invalid_tensor")
        }
        let broken = try await infer(images([Pictures.png, Pictures.broken])).requireError(422, "undecodable_image")
        #expect(broken["error"]?.string?.hasPrefix("image 1: ") == true)
        _ = await infer(images([Pictures.turned]))
        let row = try #require(try await daemon.rows.last)
        #expect(row.topLabel == "dog")
        #expect(row.width == 331)
    }

    @Test("More objects than there are places are cut off")
    func tooMany() throws {
        let object = DetectedObject(box: Box(x0: 0, y0: 0, x1: 1, y1: 1), classID: 7, score: 0.5)
        let answer = InferenceAnswer(
            to: try InferenceRequest(body: Array("{}".utf8), headerLength: nil),
            objects: [[DetectedObject](repeating: object, count: 101), []], model: "m", version: "1")
        #expect(
            answer.outputs[2].contents
                == .integers([Int64](repeating: 7, count: 100) + [Int64](repeating: -1, count: 100)))
        #expect(answer.outputs[3].contents == .integers([100, 0]))
    }
}
