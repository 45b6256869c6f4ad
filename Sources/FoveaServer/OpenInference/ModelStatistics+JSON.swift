import FoveaJSON
import FoveaServing

extension ModelStatistics.Values {
    /// What one version of a model has answered, as the statistics extension has it.
    ///
    /// https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_statistics.md
    ///
    /// - Parameter bytes: the memory that the model takes.
    func json(name: String, version: String, bytes: Int) -> JSONValue {
        let none = Self.json(.init())
        return [
            "name": .string(name), "version": .string(version),
            "last_inference": .integer(Int(((lastInference ?? 0) * 1000).rounded())),
            "inference_count": .integer(inferences), "execution_count": .integer(executions),
            "inference_stats": [
                "success": Self.json(success), "fail": Self.json(fail), "queue": Self.json(stages.queue),
                "compute_input": Self.json(stages.input), "compute_infer": Self.json(stages.infer),
                "compute_output": Self.json(stages.output), "cache_hit": none, "cache_miss": none,
            ],
            "batch_stats": .array(
                batches.sorted { $0.key < $1.key }.map { size, stages in
                    [
                        "batch_size": .integer(size), "compute_input": Self.json(stages.input),
                        "compute_infer": Self.json(stages.infer), "compute_output": Self.json(stages.output),
                    ]
                }),
            "memory_usage": [["type": "CPU", "id": 0, "byte_size": .integer(bytes)]],
        ]
    }

    /// Durations are in nanoseconds.
    private static func json(_ tally: ModelStatistics.Tally) -> JSONValue {
        ["count": .integer(tally.count), "ns": .integer(Int((tally.duration / .nanoseconds(1)).rounded()))]
    }
}
