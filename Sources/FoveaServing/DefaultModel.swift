public import FoveaModels

/// Which model answers when none is named: the one in the settings, else the one the catalogue names, else the first that did
/// not come with this program, else the one that did.
struct DefaultModel {
    /// A name from the settings, or "".
    let configured: String
    /// Read once: every request that names no model asks.
    private static let catalogue = try? Catalogue.builtIn()

    func choose(from names: [String], for task: ModelTask) -> String? {
        if names.contains(configured) { return configured }
        if let standard = Self.catalogue?.defaults[task]?.description, names.contains(standard) { return standard }
        let fallback = Self.catalogue?.fallbacks[task]?.description
        return names.filter { $0 != fallback }.min() ?? names.first
    }
}

extension ModelRepository {
    /// The installed model for a task, without loading it.
    ///
    /// - Parameter reference: `NAME` or `NAME:VERSION`; nil for the default.
    /// - Throws: `RepositoryError`, or `ServingError.noModel`, `.modelNotFound`, `.wrongTask`.
    public func model(_ reference: String?, for task: ModelTask) throws -> InstalledModel {
        guard let reference else {
            let candidates = try entries().compactMap(\.serving).filter { $0.card.task == task }
            let name = DefaultModel(configured: "").choose(from: candidates.map(\.name.description), for: task)
            guard let model = candidates.first(where: { $0.name.description == name }) else {
                throw ServingError.noModel(task: task.rawValue)
            }
            return model
        }
        let model = try model(reference)
        guard model.card.task == task else {
            throw ServingError.wrongTask(
                name: model.name.description, does: model.card.task.rawValue, asked: task.rawValue)
        }
        return model
    }

    /// The installed model that `NAME` or `NAME:VERSION` names, without loading it.
    ///
    /// - Throws: `RepositoryError`, or `ServingError.modelNotFound`.
    public func model(_ reference: String) throws -> InstalledModel {
        let parts = reference.split(separator: ":", maxSplits: 1).map(String.init)
        guard let name = parts.first else { throw ServingError.modelNotFound(name: reference) }
        var version: Int?
        if parts.count == 2 {
            guard let number = ModelRepository.versionNumber(parts[1]) else {
                throw ServingError.modelNotFound(name: reference)
            }
            version = number
        }
        return try model(named: ModelName(name), version: version)
    }
}
