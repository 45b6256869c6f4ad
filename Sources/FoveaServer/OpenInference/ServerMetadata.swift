import FoveaJSON

/// What `GET /v2` says of the daemon.
enum ServerMetadata {
    /// The extensions of the protocol that are served here, by the names that Triton gives them.
    static let extensions = [
        "binary_tensor_data", "classification", "model_configuration", "model_repository",
        "model_repository(unload_dependents)", "parameters", "schedule_policy", "statistics",
    ]

    /// - Parameter version: of this program.
    static func json(version: String) -> JSONValue {
        ["name": "fovea", "version": .string(version), "extensions": .array(extensions.map(JSONValue.string))]
    }
}
