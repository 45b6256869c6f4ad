extension ModelRepository {
    /// Removes a model, or one of its numbered versions, with all its files.
    ///
    /// The folder disappears from the repository in one step, before its files are removed.
    public func remove(_ name: ModelName, version: Int? = nil) throws {
        guard FileSystem.kind(of: path(of: name.description)) == .directory else {
            throw RepositoryError.noModel(name.description, directory: directory)
        }
        let lock = try WorkFolder(of: self).lock(name) {}
        try withExtendedLifetime(lock) {
            try removeLeftovers(of: name)
            let hidden = path(of: ".\(name).partial-" + ModelRepository.randomDigits())
            try FileSystem.move(folder(of: name, version: version), to: hidden)
            try FileSystem.synchronize(directory: directory)
            try FileSystem.removeTree(hidden)
        }
    }

    /// The folder of one version; of the whole model when `version` is `nil` or the only one.
    private func folder(of name: ModelName, version: Int?) throws(RepositoryError) -> String {
        let folder = path(of: name.description)
        guard let version else { return folder }
        let numbers = try versionNumbers(of: name)
        if numbers == [version] || (numbers.isEmpty && version == 1) { return folder }
        guard numbers.contains(version) else { throw .noVersion(version, model: name.description, known: numbers) }
        return "\(folder)/\(version)"
    }
}
