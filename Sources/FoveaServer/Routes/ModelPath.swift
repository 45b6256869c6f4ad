import FoveaServing

/// The model, and the version if one is asked for, that a path of the Open Inference Protocol names.
struct ModelPath {
    let name: String
    let version: String?

    /// - Parameter parameters: `model` and perhaps `version` of the route's pattern.
    init(_ parameters: [String: String]) throws(ServingError) {
        (name, version) = (parameters["model"] ?? "", parameters["version"])
        // Elsewhere a colon parts name and version.
        guard !name.utf8.contains(UInt8(ascii: ":")) else { throw .modelNotFound(name: String(name.prefix(100))) }
    }

    /// `NAME` or `NAME:VERSION`.
    var reference: String { version.map { "\(name):\($0)" } ?? name }

    /// Every version that is meant, the highest first; never empty.
    func versions(in registry: ModelRegistry) throws(ServingError) -> [ModelRegistry.Summary] {
        let found = registry.summaries.filter { $0.name == name && (version == nil || $0.version == version) }
        guard !found.isEmpty else { throw .modelNotFound(name: String(reference.prefix(100))) }
        return found
    }

    /// The version that is asked for, else the one that answers, else the highest.
    func summary(in registry: ModelRegistry) throws(ServingError) -> ModelRegistry.Summary {
        let versions = try versions(in: registry)
        return versions.first(where: \.isServing) ?? versions[0]
    }
}
