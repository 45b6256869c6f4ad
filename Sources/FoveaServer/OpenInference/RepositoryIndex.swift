import FoveaJSON

/// One version of a model, as the model repository extension lists it.
///
/// https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_model_repository.md
struct RepositoryIndexEntry: Sendable, Equatable {
    enum State: String, Sendable {
        case loading = "LOADING"
        case ready = "READY"
        case unloading = "UNLOADING"
        case unavailable = "UNAVAILABLE"
    }

    let name: String
    let version: String
    let state: State
    /// Why it does not serve.
    let reason: String?

    var json: JSONValue {
        [
            "name": .string(name), "version": .string(version), "state": .string(state.rawValue),
            "reason": .string(reason ?? ""),
        ]
    }
}

/// What a request to the model repository asks for.
enum RepositoryRequest {
    /// Whether only models that are ready are to be listed.
    static func wantsReadyOnly(_ body: [UInt8]) throws(APIError) -> Bool {
        try fields(body).bool("ready") ?? false
    }

    /// Checks a request to load a model: it may not bring a configuration or files of its own.
    static func checkLoad(_ body: [UInt8]) throws(APIError) {
        let parameters = try Fields(fields(body)["parameters"] ?? .null, "parameters")
        guard let name = parameters.names.first(where: { $0 == "config" || $0.utf8.starts(with: "file:".utf8) }) else {
            return
        }
        throw APIError(
            .invalidParameter,
            "a model is loaded as its folder has it; change the folder there instead of sending \"\(name.printable)\"")
    }

    /// Checks a request to unload a model.
    static func checkUnload(_ body: [UInt8]) throws(APIError) {
        // No model here depends on another.
        _ = try Fields(fields(body)["parameters"] ?? .null, "parameters").bool("unload_dependents")
    }

    private static func fields(_ body: [UInt8]) throws(APIError) -> Fields {
        guard !body.isEmpty else { return Fields([]) }
        let value: JSONValue
        do {
            value = try JSONParser.parse(body, limits: .init(bytes: body.count, values: 1000))
        } catch { throw APIError(.malformedRequest, "the body is not the JSON expected: \(error)") }
        return try Fields(value, "the body")
    }
}
