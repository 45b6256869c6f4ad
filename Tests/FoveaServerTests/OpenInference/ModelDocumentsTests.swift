import FoveaJSON
import Testing

@testable import FoveaServer
@testable import FoveaServing

@Suite struct ModelDocumentsTests {
    private let metadata = ModelMetadata(
        name: "m", versions: ["2", "1"], interface: .tiny, task: "classify", architecture: "toy",
        labels: ["cat", "dog", "fox"], preprocessing: ["stretch": true])

    @Test("A model's metadata has its inputs and outputs with shapes, and labels beside them")
    func json() throws {
        let json = metadata.json
        #expect(json["versions"]?.array.map(\.string) == ["2", "1"])
        #expect(json["platform"]?.string == "fovea")
        #expect(
            json["inputs"]
                == [
                    ["name": "image", "datatype": "BYTES", "shape": [-1, 1]],
                    ["name": "input", "datatype": "FP32", "shape": [-1, 3, 1, 2]],
                ])
        #expect(
            json["outputs"]
                == [
                    ["name": "logits", "datatype": "FP32", "shape": [-1, 3]],
                    ["name": "probabilities", "datatype": "FP32", "shape": [-1, 3]],
                ])
        #expect(json["properties"]?["labels"]?.array.map(\.string) == ["cat", "dog", "fox"])
    }

    @Test("A model's configuration leaves the batch's axis out, and says how requests share a run")
    func configuration() throws {
        let json = metadata.configuration(batching: (maxSize: 8, maxDelay: 500))
        #expect(json["max_batch_size"]?.number == 2)
        #expect(
            json["input"]
                == [
                    ["name": "image", "data_type": "TYPE_STRING", "dims": [1], "optional": true],
                    ["name": "input", "data_type": "TYPE_FP32", "dims": [3, 1, 2], "optional": true],
                ])
        #expect(json["output"]?[0] == ["name": "logits", "data_type": "TYPE_FP32", "dims": [3]])
        #expect(json["dynamic_batching"]?["max_queue_delay_microseconds"]?.number == 500)
        #expect(metadata.configuration(batching: nil)["dynamic_batching"]?.names.count == 2)
    }

    @Test("Statistics are counts and nanoseconds, by stage and by batch size")
    func statistics() throws {
        var values = ModelStatistics.Values()
        values.lastInference = 1.5
        (values.inferences, values.executions) = (3, 2)
        values.success.add(.microseconds(5), count: 2)
        values.failures[.other] = values.success
        values.stages.infer.add(.nanoseconds(9), count: 2)
        values.batches = [2: values.stages, 1: .init()]
        let json = values.json(name: "m", version: "1", bytes: 7)
        #expect(json["last_inference"]?.number == 1500)
        #expect(json["inference_count"]?.number == 3)
        #expect(json["execution_count"]?.number == 2)
        #expect(json["inference_stats"]?["success"] == ["count": 2, "ns": 5000])
        #expect(json["inference_stats"]?["fail"] == ["count": 2, "ns": 5000])
        #expect(json["inference_stats"]?["compute_infer"] == ["count": 2, "ns": 9])
        #expect(json["batch_stats"]?.array.map { $0["batch_size"]?.number } == [1, 2])
        #expect(json["batch_stats"]?[1]?["compute_infer"] == ["count": 2, "ns": 9])
        #expect(json["memory_usage"]?[0]?["byte_size"]?.number == 7)
    }

    @Test("Requests to the repository may be empty, and bring no model of their own")
    func repository() throws {
        #expect(try !RepositoryRequest.wantsReadyOnly([]))
        #expect(try !RepositoryRequest.wantsReadyOnly(Array("{}".utf8)))
        #expect(try RepositoryRequest.wantsReadyOnly(Array(#"{"ready":true}"#.utf8)))
        try RepositoryRequest.checkLoad(Array(#"{"parameters":{"mine":1}}"#.utf8))
        try RepositoryRequest.checkUnload(Array(#"{"parameters":{"unload_dependents":true}}"#.utf8))
        for body in ["[", "[]", #"{"ready":1}"#] {
            #expect(throws: APIError.self) { try RepositoryRequest.wantsReadyOnly(Array(body.utf8)) }
        }
        for body in [#"{"parameters":{"config":"{}"}}"#, #"{"parameters":{"file:1/w":"AA=="}}"#, #"{"parameters":7}"#] {
            #expect(throws: APIError.self) { try RepositoryRequest.checkLoad(Array(body.utf8)) }
        }
        #expect(throws: APIError.self) {
            try RepositoryRequest.checkUnload(Array(#"{"parameters":{"unload_dependents":1}}"#.utf8))
        }
    }
}
