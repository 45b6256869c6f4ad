import FoveaJSON

/// What one version of a model has answered, as the statistics extension has it.
///
/// https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_statistics.md
struct InferenceStatistics: Sendable {
    /// How often, and how long altogether.
    struct Tally: Sendable, Equatable {
        var count = 0
        var duration = Duration.zero
    }

    /// The stages of an answer: decoding and resizing, the network, and what is made of its scores.
    struct Stages: Sendable, Equatable {
        var input = Tally()
        var infer = Tally()
        var output = Tally()
    }

    let model: String
    let version: String
    /// When the last answer was made, in Unix seconds.
    var lastInference: Double?
    /// Images answered.
    var inferences = 0
    /// Runs of the network.
    var executions = 0
    var success = Tally()
    var fail = Tally()
    var queue = Tally()
    var stages = Stages()
    /// Runs of the network by the number of images in them.
    var batches: [Int: Stages] = [:]
    /// The memory that the model takes, in bytes.
    var bytes = 0

    var json: JSONValue {
        [
            "name": .string(model), "version": .string(version),
            "last_inference": .integer(Int(((lastInference ?? 0) * 1000).rounded())),
            "inference_count": .integer(inferences), "execution_count": .integer(executions),
            "inference_stats": [
                "success": Self.json(success), "fail": Self.json(fail), "queue": Self.json(queue),
                "compute_input": Self.json(stages.input), "compute_infer": Self.json(stages.infer),
                "compute_output": Self.json(stages.output), "cache_hit": Self.json(Tally()),
                "cache_miss": Self.json(Tally()),
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
    private static func json(_ tally: Tally) -> JSONValue {
        ["count": .integer(tally.count), "ns": .integer(Int((tally.duration / .nanoseconds(1)).rounded()))]
    }
}
