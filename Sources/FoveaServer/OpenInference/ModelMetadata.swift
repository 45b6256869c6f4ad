import FoveaJSON

/// What the protocol's documents say of a model.
struct ModelMetadata: Sendable {
    /// What serves the models, where others name a framework.
    static let platform = "fovea"

    let name: String
    /// Those that can be asked for.
    let versions: [String]
    let interface: ModelInterface
    let task: String
    let architecture: String
    /// A name for each class; empty as long as the model was not loaded.
    let labels: [String]
    /// How a photograph becomes the network's input.
    let preprocessing: JSONValue
}

extension ModelMetadata {
    /// The model metadata of the protocol; what it has no member for stands in `properties`.
    var json: JSONValue {
        [
            "name": .string(name), "versions": .array(versions.map(JSONValue.string)),
            "platform": .string(Self.platform), "inputs": .array(interface.inputs.map(Self.json)),
            "outputs": .array(interface.outputs.map(Self.json)),
            "properties": [
                "task": .string(task), "architecture": .string(architecture), "preprocessing": preprocessing,
                "labels": .array(labels.map(JSONValue.string)),
            ],
        ]
    }

    private static func json(_ tensor: TensorDescription) -> JSONValue {
        [
            "name": .string(tensor.name), "datatype": .string(tensor.datatype.rawValue),
            "shape": .array(tensor.shape.map(JSONValue.integer)),
        ]
    }
}

extension ModelMetadata {
    /// The model configuration extension, as far as it has a meaning here; shapes are those of one image.
    ///
    /// https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_model_configuration.md
    ///
    /// - Parameter batching: the most images that requests share a run of the network with, and how long they wait for
    ///   others, in microseconds; nil where they don't.
    func configuration(batching: (maxSize: Int, maxDelay: Int)?) -> JSONValue {
        var scheduling: [(String, JSONValue)] = [("priority_levels", 3), ("default_priority_level", 2)]
        if let batching {
            scheduling.append(("preferred_batch_size", [.integer(batching.maxSize)]))
            scheduling.append(("max_queue_delay_microseconds", .integer(batching.maxDelay)))
        }
        return [
            "name": .string(name), "platform": .string(Self.platform), "backend": .string(Self.platform),
            "version_policy": ["all": [:]], "max_batch_size": .integer(interface.maxBatch),
            // A request has one of the inputs.
            "input": .array(interface.inputs.map { Self.configuration($0, [("optional", true)]) }),
            "output": .array(interface.outputs.map { Self.configuration($0, []) }),
            "instance_group": [["name": .string(name), "kind": "KIND_CPU", "count": 1]],
            "dynamic_batching": .members(scheduling),
            "parameters": [
                "task": ["string_value": .string(task)], "architecture": ["string_value": .string(architecture)],
            ],
        ]
    }

    private static func configuration(_ tensor: TensorDescription, _ more: [(String, JSONValue)]) -> JSONValue {
        .members(
            [
                ("name", .string(tensor.name)), ("data_type", .string(tensor.datatype.configurationName)),
                ("dims", .array(tensor.shape.dropFirst().map(JSONValue.integer))),
            ] + more)
    }
}
